// The official SDK as a client app: sign up, read and update the current user, sign out, sign in.
// Run by `tests/tests/e2e/sdk.rs`, which starts the server and gives its address and keys.
import assert from "node:assert/strict";
import { clientApp, urls } from "./app.mjs";

const { STACK_PROJECT_ID } = process.env;

const app = () => clientApp({ urls: { ...urls, emailVerification: "http://localhost:3000/verify" } });

const email = `ada-${crypto.randomUUID()}@example.com`;
const password = "correct horse battery";
const first = app();

const project = await first.getProject();
assert.equal(project.id, STACK_PROJECT_ID);
assert.equal(project.config.credentialEnabled, true);
console.log("ok - the project is readable");

assert.equal(await first.getUser(), null);
console.log("ok - nobody is signed in at first");

const signUp = await first.signUpWithCredential({
  email,
  password,
  noRedirect: true,
  noVerificationCallback: true,
});
assert.equal(signUp.status, "ok", JSON.stringify(signUp));
console.log("ok - sign-up");

const user = await first.getUser();
assert.equal(user.primaryEmail, email);
assert.equal(user.primaryEmailVerified, false);
assert.equal(user.displayName, null);
assert.equal(user.hasPassword, true);
assert.equal(user.isAnonymous, false);
console.log("ok - the current user");

await user.update({ displayName: "Ada Lovelace", clientMetadata: { theme: "dark", nested: [1, null] } });
const renamed = await first.getUser();
assert.equal(renamed.displayName, "Ada Lovelace");
assert.deepEqual(renamed.clientMetadata, { theme: "dark", nested: [1, null] });
console.log("ok - update of the current user");

const sessions = await renamed.getActiveSessions();
assert.equal(sessions.length, 1);
assert.equal(sessions[0].isCurrentSession, true);
console.log("ok - sessions");

const changed = await renamed.updatePassword({ oldPassword: "not the password", newPassword: "another password" });
assert.equal(changed.errorCode ?? changed.code ?? changed?.constructor?.errorCode, "PASSWORD_CONFIRMATION_MISMATCH");
const updated = await renamed.updatePassword({ oldPassword: password, newPassword: "another password" });
assert.equal(updated, undefined);
console.log("ok - password update");

const again = await app().signUpWithCredential({ email, password, noRedirect: true, noVerificationCallback: true });
assert.equal(again.status, "error");
assert.equal(again.error.errorCode, "USER_EMAIL_ALREADY_EXISTS");
console.log("ok - a used e-mail is refused");

const second = app();
const wrong = await second.signInWithCredential({ email, password, noRedirect: true });
assert.equal(wrong.status, "error");
assert.equal(wrong.error.errorCode, "EMAIL_PASSWORD_MISMATCH");
const right = await second.signInWithCredential({ email, password: "another password", noRedirect: true });
assert.equal(right.status, "ok", JSON.stringify(right));
assert.equal((await second.getUser()).id, user.id);
console.log("ok - sign-in");

const { accessToken, refreshToken } = await (await second.getUser()).currentSession.getTokens();
assert.match(accessToken, /^ey/);
assert.equal(refreshToken.length, 45);
console.log("ok - tokens");

const guest = app();
const anonymous = await guest.getUser({ or: "anonymous" });
assert.equal(anonymous.isAnonymous, true);
const upgrade = await guest.signUpWithCredential({
  email: `guest-${email}`,
  password,
  noRedirect: true,
  noVerificationCallback: true,
});
assert.equal(upgrade.status, "ok", JSON.stringify(upgrade));
const upgraded = await guest.getUser();
assert.equal(upgraded.id, anonymous.id);
assert.equal(upgraded.isAnonymous, false);
console.log("ok - an anonymous user is upgraded in place");

console.log("all client steps passed");
process.exit(0);
