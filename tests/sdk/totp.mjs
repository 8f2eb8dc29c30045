// The official SDK with a second factor: turn it on, sign out, sign in with the password and the code of the app.
// Run by `tests/tests/e2e/sdk.rs`, which starts the server and gives its address and keys.
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { clientApp } from "./app.mjs";

const app = clientApp({ redirectMethod: "none" });

/** What an authenticator app shows `steps` steps of 30 seconds from now. */
function shownBy(secret, steps = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", secret).update(counter).digest();
  const word = hash.readUInt32BE(hash.at(-1) & 0xf) & 0x7fffffff;
  return String(word % 1_000_000).padStart(6, "0");
}

const email = `ada-${crypto.randomUUID()}@example.com`;
const password = "correct horse battery";
const signUp = await app.signUpWithCredential({ email, password, noRedirect: true, noVerificationCallback: true });
assert.equal(signUp.status, "ok", JSON.stringify(signUp));
const user = await app.getUser();
assert.equal(user.isMultiFactorRequired, false);
const secret = randomBytes(20);
await user.update({ totpMultiFactorSecret: new Uint8Array(secret) });
assert.equal((await app.getUser()).isMultiFactorRequired, true);
console.log("ok - the second factor is on");

await app.signOut();
assert.equal(await app.getUser(), null);
console.log("ok - sign-out");

// In a browser the SDK keeps the attempt code in the tab and goes to the page that asks for the code.
let attempt;
app._experimentalMfa = async (error) => {
  attempt = error.details.attempt_code;
  throw new Error("to the page for the code");
};
await assert.rejects(app.signInWithCredential({ email, password, noRedirect: true }), /to the page for the code/);
assert.equal(attempt.length, 45);
console.log("ok - the password alone isn't enough");

const wrong = await signInWithMfa(shownBy(secret, 5));
assert.equal(wrong.status, "error");
assert.equal(wrong.error.errorCode, "INVALID_TOTP_CODE");
console.log("ok - a wrong code is refused");

// The step may end between reading the code and showing it.
let right = await signInWithMfa(shownBy(secret));
if (right.status === "error") right = await signInWithMfa(shownBy(secret));
assert.equal(right.status, "ok", JSON.stringify(right));
const again = await app.getUser();
assert.equal(again.id, user.id);
console.log("ok - the code of the app is");

console.log("all TOTP steps passed");
process.exit(0);

function signInWithMfa(totp) {
  return app.signInWithMfa(totp, attempt, { noRedirect: true });
}
