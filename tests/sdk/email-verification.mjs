// The official SDK verifies e-mail addresses, and keeps those of a user.
// Run by `tests/tests/e2e/sdk.rs`, which starts the server and gives its address and keys.
import assert from "node:assert/strict";
import { clientApp as app } from "./app.mjs";
import { mailTo } from "./mails.mjs";

const run = crypto.randomUUID();
const email = `ada-${run}@example.com`;
const callbackUrl = "http://localhost:3000/handler/email-verification";

const first = app();
const signUp = await first.signUpWithCredential({
  email,
  password: "correct horse battery",
  noRedirect: true,
  verificationCallbackUrl: callbackUrl,
});
assert.equal(signUp.status, "ok", JSON.stringify(signUp));
assert.equal((await first.getUser()).primaryEmailVerified, false);
const { code, link } = await mailTo(email);
assert.ok(link.href.startsWith(`${callbackUrl}?code=`), link.href);
console.log("ok - a sign-up sends a mail");

const verified = await app().verifyEmail(code);
assert.equal(verified.status, "ok", JSON.stringify(verified));
const again = await app().verifyEmail(code);
assert.equal(again.error.errorCode, "VERIFICATION_CODE_ALREADY_USED");
console.log("ok - the code verifies the address once");

const user = await first.getUser();
const work = `work-${run}@example.com`;
await user.createContactChannel({ type: "email", value: work, usedForAuth: false });
const channels = await (await first.getUser()).listContactChannels();
assert.deepEqual(
  channels.map(({ value, isVerified, isPrimary, usedForAuth }) => [value, isVerified, isPrimary, usedForAuth]),
  [
    [email, true, true, true],
    [work, false, false, false],
  ],
);
console.log("ok - another address");

const added = channels[1];
await added.sendVerificationEmail({ callbackUrl });
const second = await app().verifyEmail((await mailTo(work)).code);
assert.equal(second.status, "ok", JSON.stringify(second));
await added.update({ isPrimary: true });
await channels[0].delete();
const left = await (await first.getUser()).listContactChannels();
assert.deepEqual(left.map(({ value, isVerified, isPrimary }) => [value, isVerified, isPrimary]), [[work, true, true]]);
console.log("ok - it is verified, takes the place of the first, and is the only one");

console.log("all e-mail verification steps passed");
process.exit(0);
