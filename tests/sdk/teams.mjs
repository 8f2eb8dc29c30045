// The official SDK works with teams: as a client it creates one, invites, joins, lists members and shows itself there
// under another name; as a server it does so for others.
// Run by `tests/tests/e2e/sdk.rs`, which starts the server and gives its address and keys.
import assert from "node:assert/strict";
import { StackServerApp } from "@stackframe/js";
import { clientApp } from "./app.mjs";
import { mailTo } from "./mails.mjs";

const { STACK_API_URL, STACK_PROJECT_ID, STACK_PUBLISHABLE_CLIENT_KEY, STACK_SECRET_SERVER_KEY } = process.env;

const server = new StackServerApp({
  baseUrl: STACK_API_URL,
  projectId: STACK_PROJECT_ID,
  publishableClientKey: STACK_PUBLISHABLE_CLIENT_KEY,
  secretServerKey: STACK_SECRET_SERVER_KEY,
  tokenStore: "memory",
  noAutomaticPrefetch: true,
});

const run = crypto.randomUUID();
const password = "correct horse battery";
const callbackUrl = "http://localhost:3000/handler/team-invitation";
const ids = (items) => items.map((item) => item.id);

// Somebody whose address is verified, signed in to an app of their own.
async function signedIn(name) {
  const primaryEmail = `${name}-${run}@example.com`;
  await server.createUser({
    primaryEmail,
    primaryEmailAuthEnabled: true,
    primaryEmailVerified: true,
    password,
    displayName: name,
  });
  const app = clientApp();
  const signIn = await app.signInWithCredential({ email: primaryEmail, password, noRedirect: true });
  assert.equal(signIn.status, "ok", JSON.stringify(signIn));
  return { app, user: await app.getUser(), email: primaryEmail };
}

const ada = await signedIn("ada");
const grace = await signedIn("grace");
const lin = await signedIn("lin");

const team = await ada.user.createTeam({ displayName: "Engines" });
assert.equal(team.displayName, "Engines");
assert.deepEqual(ids(await ada.user.listTeams()), [team.id]);
assert.deepEqual(ids(await team.listUsers()), [ada.user.id]);
console.log("ok - a client creates a team");

await team.update({ displayName: "Analytical engines", clientMetadata: { colour: "blue" } });
const renamed = await ada.user.getTeam(team.id);
assert.equal(renamed.displayName, "Analytical engines");
assert.deepEqual(renamed.clientMetadata, { colour: "blue" });
console.log("ok - a client changes a team");

await renamed.inviteUser({ email: grace.email, callbackUrl });
const sent = await renamed.listInvitations();
assert.deepEqual(sent.map((invitation) => invitation.recipientEmail), [grace.email]);
assert.ok(sent[0].expiresAt > new Date());
const { code, link } = await mailTo(grace.email);
assert.ok(link.href.startsWith(`${callbackUrl}?code=`), link.href);
console.log("ok - a client invites by mail");

const checked = await grace.app.verifyTeamInvitationCode(code);
assert.equal(checked.status, "ok", JSON.stringify(checked));
const details = await grace.app.getTeamInvitationDetails(code);
assert.equal(details.status, "ok", JSON.stringify(details));
assert.equal(details.data.teamDisplayName, "Analytical engines");
const accepted = await grace.app.acceptTeamInvitation(code);
assert.equal(accepted.status, "ok", JSON.stringify(accepted));
const again = await lin.app.acceptTeamInvitation(code);
assert.equal(again.status, "error");
assert.equal(again.error.errorCode, "VERIFICATION_CODE_ALREADY_USED");
const joined = await (await grace.app.getUser()).getTeam(team.id);
assert.deepEqual(ids(await joined.listUsers()), [ada.user.id, grace.user.id]);
console.log("ok - an invitation is taken up by its code, once");

await renamed.inviteUser({ email: lin.email, callbackUrl });
const [received] = await lin.user.listTeamInvitations();
assert.equal(received.teamId, team.id);
assert.equal(received.teamDisplayName, "Analytical engines");
await received.accept();
assert.deepEqual(ids(await lin.user.listTeams()), [team.id]);
console.log("ok - an invitation is taken up by whoever has the address");

await renamed.inviteUser({ email: `nobody-${run}@example.com`, callbackUrl });
const [open] = (await renamed.listInvitations()).filter((invitation) => invitation.recipientEmail.startsWith("nobody"));
await open.revoke();
const worthless = await lin.app.acceptTeamInvitation((await mailTo(`nobody-${run}@example.com`)).code);
assert.equal(worthless.status, "error");
assert.equal(worthless.error.errorCode, "VERIFICATION_CODE_NOT_FOUND");
console.log("ok - an invitation is revoked");

const profile = await grace.user.getTeamProfile(joined);
assert.equal(profile.displayName, "grace");
await profile.update({ displayName: "Admiral" });
assert.equal((await grace.user.getTeamProfile(joined)).displayName, "Admiral");
const members = await (await server.getTeam(team.id)).listUsers();
assert.deepEqual(
  members.map((member) => [member.displayName, member.teamProfile.displayName]),
  [["ada", "ada"], ["grace", "Admiral"], ["lin", "lin"]],
);
console.log("ok - a member has another name in a team");

await grace.user.setSelectedTeam(joined);
assert.equal((await grace.app.getUser()).selectedTeam.id, team.id);
await (await grace.app.getUser()).leaveTeam(joined);
assert.equal((await server.getUser(grace.user.id)).selectedTeam, null);
console.log("ok - a member selects a team and leaves it");

const looms = await server.createTeam({ displayName: "Looms", creatorUserId: lin.user.id });
await looms.addUser(ada.user.id);
await assert.rejects(looms.addUser(ada.user.id), (error) => error.errorCode === "TEAM_MEMBERSHIP_ALREADY_EXISTS");
assert.deepEqual(ids(await looms.listUsers()), [lin.user.id, ada.user.id]);
await looms.removeUser(ada.user.id);
await looms.update({ serverMetadata: { plan: "pro" } });
const changed = await server.getTeam(looms.id);
assert.deepEqual(changed.serverMetadata, { plan: "pro" });
assert.deepEqual(ids(await changed.listUsers()), [lin.user.id]);
await changed.inviteUser({ email: grace.email, callbackUrl });
assert.deepEqual((await changed.listInvitations()).map((invitation) => invitation.recipientEmail), [grace.email]);
assert.deepEqual(ids(await server.listTeams()).toSorted(), [team.id, looms.id].toSorted());
console.log("ok - a server does so for others");

await changed.delete();
assert.equal(await server.getTeam(looms.id), null);
await renamed.delete();
assert.deepEqual(await (await ada.app.getUser()).listTeams(), []);
console.log("ok - teams are deleted");

console.log("all team steps passed");
process.exit(0);
