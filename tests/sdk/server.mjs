// The official SDK as a server app: create, read, list, update and delete users.
// Run by `tests/tests/e2e/sdk.rs`, which starts the server and gives its address and keys.
import assert from "node:assert/strict";
import { StackServerApp } from "@stackframe/js";

const { STACK_API_URL, STACK_PROJECT_ID, STACK_PUBLISHABLE_CLIENT_KEY, STACK_SECRET_SERVER_KEY } = process.env;

const app = new StackServerApp({
  baseUrl: STACK_API_URL,
  projectId: STACK_PROJECT_ID,
  publishableClientKey: STACK_PUBLISHABLE_CLIENT_KEY,
  secretServerKey: STACK_SECRET_SERVER_KEY,
  tokenStore: "memory",
  noAutomaticPrefetch: true,
});

const run = crypto.randomUUID();
const created = [];
for (const name of ["Grace", "Barbara", "Katherine"]) {
  const user = await app.createUser({
    primaryEmail: `${name.toLowerCase()}-${run}@example.com`,
    primaryEmailAuthEnabled: true,
    primaryEmailVerified: true,
    password: "correct horse battery",
    displayName: `${name} ${run}`,
    serverMetadata: { cohort: run },
  });
  assert.equal(user.displayName, `${name} ${run}`);
  assert.equal(user.primaryEmailVerified, true);
  assert.deepEqual(user.serverMetadata, { cohort: run });
  created.push(user);
}
console.log("ok - create");

const found = await app.listUsers({ query: run, limit: 2, orderBy: "signedUpAt" });
assert.equal(found.length, 2);
assert.notEqual(found.nextCursor, null);
const rest = await app.listUsers({ query: run, cursor: found.nextCursor, orderBy: "signedUpAt" });
assert.deepEqual([...found, ...rest].map((user) => user.id), created.map((user) => user.id));
console.log("ok - list by search, page by page");

const one = await app.getUser(created[0].id);
await one.update({ displayName: null, clientReadOnlyMetadata: { plan: "pro" } });
const changed = await app.getUser(created[0].id);
assert.equal(changed.displayName, null);
assert.deepEqual(changed.clientReadOnlyMetadata, { plan: "pro" });
assert.deepEqual(changed.serverMetadata, { cohort: run });
console.log("ok - update leaves, clears and sets");

const session = await changed.createSession({ expiresInMillis: 60_000 });
const tokens = await session.getTokens();
assert.match(tokens.accessToken, /^ey/);
console.log("ok - session");

await assert.rejects(
  app.createUser({ primaryEmail: created[0].primaryEmail, primaryEmailAuthEnabled: true }),
  (error) => error.errorCode === "USER_EMAIL_ALREADY_EXISTS",
);
console.log("ok - a used e-mail is refused");

for (const user of created) await user.delete();
assert.equal(await app.getUser(created[0].id), null);
assert.equal((await app.listUsers({ query: run })).length, 0);
console.log("ok - delete");

console.log("all server steps passed");
process.exit(0);
