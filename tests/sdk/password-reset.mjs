// The official SDK resets a forgotten password.
// Run by `tests/tests/e2e/sdk.rs`, which starts the server and gives its address and keys.
import assert from "node:assert/strict";
import { clientApp as app } from "./app.mjs";
import { mailTo } from "./mails.mjs";

const email = `ada-${crypto.randomUUID()}@example.com`;
const callbackUrl = "http://localhost:3000/handler/password-reset";
const [password, next] = ["correct horse battery", "another password"];

const first = app();
await first.signUpWithCredential({ email, password, noRedirect: true, noVerificationCallback: true });
const user = await first.getUser();
assert.equal(user.primaryEmail, email);

const sent = await app().sendForgotPasswordEmail(email, { callbackUrl });
assert.equal(sent.status, "ok", JSON.stringify(sent));
const { code, link } = await mailTo(email);
assert.ok(link.href.startsWith(`${callbackUrl}?code=`), link.href);
const nobody = await app().sendForgotPasswordEmail(`nobody-${email}`, { callbackUrl });
assert.notEqual(nobody.error?.errorCode, "SCHEMA_ERROR");
console.log("ok - the mail");

const checked = await app().verifyPasswordResetCode(code);
assert.equal(checked.status, "ok", JSON.stringify(checked));
const wrong = await app().verifyPasswordResetCode("a".repeat(45));
assert.equal(wrong.error.errorCode, "VERIFICATION_CODE_NOT_FOUND");
console.log("ok - the code is checked");

const reset = await app().resetPassword({ code, password: next });
assert.equal(reset.status, "ok", JSON.stringify(reset));
const again = await app().resetPassword({ code, password: next });
assert.equal(again.error.errorCode, "VERIFICATION_CODE_ALREADY_USED");
console.log("ok - the reset");

const old = await app().signInWithCredential({ email, password, noRedirect: true });
assert.equal(old.error.errorCode, "EMAIL_PASSWORD_MISMATCH");
const second = app();
const signIn = await second.signInWithCredential({ email, password: next, noRedirect: true });
assert.equal(signIn.status, "ok", JSON.stringify(signIn));
assert.equal((await second.getUser()).id, user.id);
console.log("ok - sign-in with the new password");

console.log("all password reset steps passed");
process.exit(0);
