// The official SDK signs people in by mail: with the link, and with the six characters.
// Run by `tests/tests/e2e/sdk.rs`, which starts the server and gives its address and keys.
import assert from "node:assert/strict";
import { clientApp as app } from "./app.mjs";
import { mailTo } from "./mails.mjs";

const email = `ada-${crypto.randomUUID()}@example.com`;
const callbackUrl = "http://localhost:3000/handler/magic-link-callback";

const first = app();
const sent = await first.sendMagicLinkEmail(email, { callbackUrl });
assert.equal(sent.status, "ok", JSON.stringify(sent));
const mail = await mailTo(email);
assert.ok(mail.link.href.startsWith(`${callbackUrl}?code=`), mail.link.href);
assert.equal(mail.code, mail.short.toLowerCase() + sent.data.nonce);
console.log("ok - the mail");

const signUp = await first.signInWithMagicLink(mail.code, { noRedirect: true });
assert.equal(signUp.status, "ok", JSON.stringify(signUp));
const user = await first.getUser();
assert.equal(user.primaryEmail, email);
assert.equal(user.primaryEmailVerified, true);
assert.equal(user.otpAuthEnabled, true);
console.log("ok - sign-up by the link");

const second = app();
const used = await second.signInWithMagicLink(mail.code, { noRedirect: true });
assert.equal(used.status, "error");
assert.equal(used.error.errorCode, "VERIFICATION_CODE_ALREADY_USED");
console.log("ok - a link works once");

const again = await second.sendMagicLinkEmail(email, { callbackUrl });
assert.equal(again.status, "ok", JSON.stringify(again));
const typed = (await mailTo(email)).short + again.data.nonce;
const signIn = await second.signInWithMagicLink(typed, { noRedirect: true });
assert.equal(signIn.status, "ok", JSON.stringify(signIn));
assert.equal((await second.getUser()).id, user.id);
console.log("ok - sign-in by the six characters");

const evil = await app()
  .sendMagicLinkEmail(email, { callbackUrl: "https://evil.example.com/" })
  .catch((error) => ({ status: "error", error }));
assert.equal(evil.status, "error");
assert.equal(evil.error.errorCode, "REDIRECT_URL_NOT_WHITELISTED");
console.log("ok - a callback has to be trusted");

console.log("all magic link steps passed");
process.exit(0);
