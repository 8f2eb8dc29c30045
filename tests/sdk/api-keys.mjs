// The official SDK and the API keys of users and teams: a client app makes, lists and revokes them, a server app checks
// them. Run by `tests/tests/e2e/sdk.rs`, whose project gives keys to both and lets clients create teams.
import assert from "node:assert/strict";
import { StackServerApp } from "@stackframe/js";
import { clientApp } from "./app.mjs";

const { STACK_API_URL, STACK_PROJECT_ID, STACK_PUBLISHABLE_CLIENT_KEY, STACK_SECRET_SERVER_KEY } = process.env;

const server = () =>
  new StackServerApp({
    baseUrl: STACK_API_URL,
    projectId: STACK_PROJECT_ID,
    publishableClientKey: STACK_PUBLISHABLE_CLIENT_KEY,
    secretServerKey: STACK_SECRET_SERVER_KEY,
    tokenStore: "memory",
    noAutomaticPrefetch: true,
  });

const app = clientApp();
const email = `ada-${crypto.randomUUID()}@example.com`;
const signedUp = await app.signUpWithCredential({
  email,
  password: "correct horse battery",
  noRedirect: true,
  noVerificationCallback: true,
});
assert.equal(signedUp.status, "ok");
const ada = await app.getUser({ or: "throw" });

const key = await ada.createApiKey({ description: "Nightly backup", expiresAt: null });
assert.match(key.value, /^sk_.{45}[0-9a-f]{32}user1574ck4u7h[0-9a-f]{8}$/);
assert.equal(key.value.length, 102);
assert.equal(key.type, "user");
assert.equal(key.userId, ada.id);
assert.equal(key.isValid(), true);
const listed = await ada.listApiKeys();
assert.deepEqual(listed.map((it) => it.value), [{ lastFour: key.value.slice(-4) }]);
assert.equal(listed[0].description, "Nightly backup");
console.log("ok - a user makes and lists keys");

assert.equal((await server().getUser({ apiKey: key.value }))?.id, ada.id);
assert.equal(await server().getUser({ apiKey: `${key.value.slice(0, -1)}!` }), null);
assert.equal(await server().getTeam({ apiKey: key.value }), null);
console.log("ok - a server finds the user by the key");

const expired = await ada.createApiKey({ description: "Over", expiresAt: new Date(Date.now() - 1000), isPublic: true });
assert.match(expired.value, /^pk_/);
assert.equal(expired.whyInvalid(), "expired");
assert.equal(await server().getUser({ apiKey: expired.value }), null);
await listed[0].update({ description: "Weekly backup" });
await listed[0].revoke();
const revoked = (await ada.listApiKeys()).find((it) => it.id === key.id);
assert.equal(revoked.description, "Weekly backup");
assert.equal(revoked.whyInvalid(), "manually-revoked");
assert.equal(await server().getUser({ apiKey: key.value }), null);
console.log("ok - keys that are over find nobody");

const team = await ada.createTeam({ displayName: "Analysts" });
const teamKey = await team.createApiKey({ description: "Deploy", expiresAt: new Date(Date.now() + 60_000) });
assert.match(teamKey.value, /^sk_.*team1574ck4u7h/);
assert.equal((await server().getTeam({ apiKey: teamKey.value }))?.id, team.id);
assert.equal(await server().getUser({ apiKey: teamKey.value }), null);
const ofTeam = await team.listApiKeys();
assert.deepEqual(ofTeam.map((it) => it.id), [teamKey.id]);
await ofTeam[0].revoke();
assert.equal(await server().getTeam({ apiKey: teamKey.value }), null);
console.log("ok - keys of a team");

const seen = await server().getUser(ada.id);
const serverKey = await seen.createApiKey({ description: "By the server", expiresAt: null });
assert.equal((await server().getUser({ apiKey: serverKey.value }))?.id, ada.id);
assert.equal((await seen.listApiKeys()).length, 3);
const seenTeam = await server().getTeam(team.id);
assert.equal((await seenTeam.listApiKeys()).length, 1);
const seenTeamKey = await seenTeam.createApiKey({ description: "By the server", expiresAt: null });
assert.equal((await server().getTeam({ apiKey: seenTeamKey.value }))?.id, team.id);
console.log("ok - a server makes keys for both");

console.log("all API key steps passed");
