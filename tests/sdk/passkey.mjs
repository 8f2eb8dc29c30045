// Passkeys in a browser with a virtual authenticator: register one, sign in with it, find out a copy of it.
// Run by `tests/tests/e2e/passkeys/browser.rs`, which starts the server and gives its address and keys.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import puppeteer from "puppeteer-core";

const { STACK_API_URL, STACK_CHROMIUM, STACK_PROJECT_ID, STACK_PUBLISHABLE_CLIENT_KEY } = process.env;

const site = createServer((_, response) => {
  response.setHeader("content-type", "text/html");
  response.end("<!doctype html><title>A shop</title>");
});
await new Promise((listening) => site.listen(0, "127.0.0.1", listening));

const browser = await puppeteer.launch({
  executablePath: STACK_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
try {
  const page = await browser.newPage();
  const devtools = await page.createCDPSession();
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(`http://localhost:${site.address().port}/`);

  const signUp = await call(page, "/auth/password/sign-up", {
    email: `ada-${crypto.randomUUID()}@example.com`,
    password: "correct horse battery",
  });
  assert.equal(signUp.status, 200, JSON.stringify(signUp));
  const { access_token, user_id } = signUp.body;

  const registered = await register(page, access_token);
  assert.equal(registered.status, 200, JSON.stringify(registered));
  const { credentials } = await devtools.send("WebAuthn.getCredentials", { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0].rpId, "localhost");
  assert.equal(credentials[0].isResidentCredential, true);
  assert.equal(Buffer.from(credentials[0].userHandle, "base64").toString(), user_id);
  assert.equal(Buffer.from(credentials[0].credentialId, "base64").toString("base64url"), registered.body.user_handle);
  const me = await call(page, "/users/me", undefined, access_token);
  assert.equal(me.body.passkey_auth_enabled, true);
  console.log("ok - a passkey is registered");

  for (const time of ["first", "second"]) {
    const signedIn = await signIn(page);
    assert.equal(signedIn.status, 200, JSON.stringify(signedIn));
    assert.equal(signedIn.body.user_id, user_id);
    assert.equal(signedIn.body.is_new_user, false);
    console.log(`ok - it signs in for the ${time} time`);
  }

  // The authenticator goes back to where a copy would be.
  const [credential] = (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  await devtools.send("WebAuthn.removeCredential", { authenticatorId, credentialId: credential.credentialId });
  await devtools.send("WebAuthn.addCredential", { authenticatorId, credential: { ...credential, signCount: 0 } });
  const copied = await signIn(page);
  assert.equal(copied.body.code, "PASSKEY_AUTHENTICATION_FAILED", JSON.stringify(copied));
  console.log("ok - a copy is found out by its counter");
} finally {
  await browser.close();
  site.close();
}
console.log("all passkey steps passed");
process.exit(0);

/** Calls the API from the page: GET without a body, else POST. */
function call(page, path, body, token) {
  const headers = {
    "content-type": "application/json",
    "x-stack-access-type": "client",
    "x-stack-project-id": STACK_PROJECT_ID,
    "x-stack-publishable-client-key": STACK_PUBLISHABLE_CLIENT_KEY,
    ...(token && { "x-stack-access-token": token }),
  };
  const init = body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers };
  return page.evaluate(
    async (url, init) => {
      const response = await fetch(url, init);
      const text = await response.text();
      let body;
      try {
        body = JSON.parse(text);
      } catch {
        body = text;
      }
      return { status: response.status, body };
    },
    `${STACK_API_URL}/api/v1${path}`,
    init,
  );
}

async function register(page, token) {
  const started = await call(page, "/auth/passkey/initiate-passkey-registration", {}, token);
  assert.equal(started.status, 200, JSON.stringify(started));
  const { options_json, code } = started.body;
  const credential = await page.evaluate(async (options) => {
    options.rp.id = location.hostname;
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return (await navigator.credentials.create({ publicKey })).toJSON();
  }, options_json);
  return call(page, "/auth/passkey/register", { credential, code }, token);
}

async function signIn(page) {
  const started = await call(page, "/auth/passkey/initiate-passkey-authentication", {});
  assert.equal(started.status, 200, JSON.stringify(started));
  const { options_json, code } = started.body;
  const authentication_response = await page.evaluate(async (options) => {
    options.rpId = location.hostname;
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return (await navigator.credentials.get({ publicKey })).toJSON();
  }, options_json);
  return call(page, "/auth/passkey/sign-in", { authentication_response, code });
}
