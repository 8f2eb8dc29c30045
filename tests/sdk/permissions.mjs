// The official SDK defines permissions, grants them and checks them, also those that others contain.
// Run by `tests/tests/e2e/sdk.rs`, which starts the server and gives its address and keys.
import assert from "node:assert/strict";
import { StackAdminApp } from "@stackframe/js";
import { clientApp } from "./app.mjs";

const {
  STACK_API_URL,
  STACK_PROJECT_ID,
  STACK_PUBLISHABLE_CLIENT_KEY,
  STACK_SECRET_SERVER_KEY,
  STACK_SUPER_SECRET_ADMIN_KEY,
} = process.env;

const admin = new StackAdminApp({
  baseUrl: STACK_API_URL,
  projectId: STACK_PROJECT_ID,
  publishableClientKey: STACK_PUBLISHABLE_CLIENT_KEY,
  secretServerKey: STACK_SECRET_SERVER_KEY,
  superSecretAdminKey: STACK_SUPER_SECRET_ADMIN_KEY,
  tokenStore: "memory",
  noAutomaticPrefetch: true,
});

const ids = (permissions) => permissions.map((permission) => permission.id);

await admin.createTeamPermissionDefinition({ id: "read", description: "May read", containedPermissionIds: [] });
await admin.createTeamPermissionDefinition({ id: "write", containedPermissionIds: ["read", "$read_members"] });
await admin.createTeamPermissionDefinition({ id: "edit", containedPermissionIds: ["write"] });
await admin.createProjectPermissionDefinition({ id: "billing", containedPermissionIds: [] });
await admin.createProjectPermissionDefinition({ id: "accounting", containedPermissionIds: ["billing"] });
const defined = await admin.listTeamPermissionDefinitions();
assert.deepEqual(
  defined.find((permission) => permission.id === "write").containedPermissionIds.toSorted(),
  ["$read_members", "read"],
);
assert.ok(ids(defined).includes("$invite_members"));
assert.deepEqual(ids(await admin.listProjectPermissionDefinitions()), ["accounting", "billing"]);
console.log("ok - define");

const app = clientApp();
const credentials = { email: `ada-${crypto.randomUUID()}@example.com`, password: "correct horse battery" };
const signUp = await app.signUpWithCredential({ ...credentials, noRedirect: true, noVerificationCallback: true });
assert.equal(signUp.status, "ok", JSON.stringify(signUp));
const ada = await app.getUser();
const serverAda = await admin.getUser(ada.id);
const team = ada.selectedTeam;
const serverTeam = await admin.getTeam(team.id);
assert.equal(await ada.hasPermission(team, "$invite_members"), true);
assert.equal(await ada.hasPermission(team, "edit"), false);
console.log("ok - the creator of a team is its admin");

await serverAda.grantPermission(serverTeam, "edit");
await serverAda.grantPermission(serverTeam, "edit");
for (const id of ["edit", "write", "read", "$read_members"]) {
  assert.equal(await serverAda.hasPermission(serverTeam, id), true, id);
}
const again = clientApp();
const signIn = await again.signInWithCredential({ ...credentials, noRedirect: true });
assert.equal(signIn.status, "ok", JSON.stringify(signIn));
const client = await again.getUser();
assert.equal(await client.hasPermission(team, "read"), true);
assert.equal((await client.getPermission(team, "write")).id, "write");
assert.deepEqual(ids(await client.listPermissions(team, { recursive: false })).toSorted(), ["edit", "team_admin"]);
assert.ok(ids(await client.listPermissions(team)).includes("read"));
console.log("ok - grant in a team, checked through three steps by server and client");

await serverAda.revokePermission(serverTeam, "edit");
assert.equal(await serverAda.hasPermission(serverTeam, "read"), false);
await assert.rejects(
  serverAda.revokePermission(serverTeam, "edit"),
  (error) => error.errorCode === "TEAM_PERMISSION_NOT_FOUND",
);
console.log("ok - revoke in a team");

await serverAda.grantPermission("accounting");
assert.equal(await serverAda.hasPermission("billing"), true);
assert.equal(await client.hasPermission("billing"), true);
await serverAda.revokePermission("accounting");
assert.equal(await serverAda.hasPermission("billing"), false);
await assert.rejects(serverAda.grantPermission("nothing"), (error) => error.errorCode === "PERMISSION_NOT_FOUND");
await assert.rejects(serverAda.grantPermission("read"), (error) => error.errorCode === "WRONG_PERMISSION_SCOPE");
console.log("ok - grant and revoke in the project");

await admin.updateTeamPermissionDefinition("write", { description: "May write", containedPermissionIds: [] });
const updated = await admin.listTeamPermissionDefinitions();
assert.equal(updated.find((permission) => permission.id === "write").description, "May write");
await admin.deleteTeamPermissionDefinition("edit");
await admin.deleteProjectPermissionDefinition("accounting");
assert.ok(!ids(await admin.listTeamPermissionDefinitions()).includes("edit"));
assert.deepEqual(ids(await admin.listProjectPermissionDefinitions()), ["billing"]);
console.log("ok - update and delete definitions");

console.log("all permission steps passed");
process.exit(0);
