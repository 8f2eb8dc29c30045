// Signing in through an OpenID provider with the official SDK, in a browser: a provider that nobody here wrote, an app
// that the SDK runs in, and a person who fills in forms.
// Run by `tests/tests/e2e/oauth/browser.rs`, which starts the server and says on which port the provider shall be.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { build } from "esbuild";
import Provider from "oidc-provider";
import puppeteer from "puppeteer-core";

const { STACK_API_URL, STACK_PROJECT_ID, STACK_PUBLISHABLE_CLIENT_KEY, STACK_CHROMIUM, OIDC_PORT } = process.env;
const issuer = `http://127.0.0.1:${OIDC_PORT}`;

await startProvider();
const app = await startApp();
const browser = await puppeteer.launch({
  executablePath: STACK_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.log(`page error: ${error.message}`));

  await page.goto(app);
  assert.equal(await user(page), null);
  await signIn(page, { password: "anything" });
  const ada = await user(page);
  assert.equal(ada.primaryEmail, "ada@example.com");
  assert.equal(ada.primaryEmailVerified, true);
  assert.equal(ada.displayName, "Name of ada");
  console.log("ok - a new account signs up");

  const token = await page.evaluate(async () => {
    const account = await (await window.stack.getUser()).getConnectedAccount("google");
    return (await account.getAccessToken()).accessToken;
  });
  const told = await fetch(`${issuer}/me`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await told.json()).sub, "ada");
  console.log("ok - the connected account has a token that the provider takes");

  const refreshed = await page.evaluate(async () => {
    const { currentSession } = await window.stack.getUser();
    return await currentSession.getTokens();
  });
  assert.match(refreshed.accessToken, /^ey/);
  assert.equal(refreshed.refreshToken.length, 45);

  await signOut(page);
  assert.equal(await user(page), null);
  console.log("ok - sign-out");

  await signIn(page);
  assert.equal((await user(page)).id, ada.id);
  console.log("ok - the same account signs the same user in");

  await signOut(page);
  await atProvider(page);
  const cancel = await page.waitForSelector("a[href$='/abort']");
  await Promise.all([page.waitForNavigation(), cancel.click()]);
  await page.waitForFunction(() => document.title === "OAUTH_PROVIDER_ACCESS_DENIED");
  console.log("ok - whoever says no is back at the app with an error");
} catch (error) {
  for (const page of await browser.pages()) {
    console.log(`at ${page.url()}: ${await page.evaluate(() => document.body.innerText.slice(0, 500)).catch(() => "")}`);
  }
  throw error;
} finally {
  await browser.close();
}
console.log("all OAuth steps passed");
process.exit(0);

/** Signs in at the provider, by password unless it knows the browser already, and comes back to the app. */
async function signIn(page, { password } = {}) {
  await atProvider(page);
  if (password) {
    await page.waitForSelector("input[name=login]");
    await page.type("input[name=login]", "ada");
    await page.type("input[name=password]", password);
    await submit(page);
  }
  await page.waitForSelector("input[name=prompt][value=consent]");
  await submit(page);
  await page.waitForFunction((app) => location.href === `${app}/` && window.stack, {}, app);
}

async function signOut(page) {
  // The call never comes back: the browser leaves the page.
  const left = page.waitForNavigation();
  page.evaluate(async () => (await window.stack.getUser()).signOut({ redirectUrl: "/" })).catch(() => {});
  await left;
}

async function atProvider(page) {
  // The call never comes back: the browser leaves the page.
  page.evaluate(() => void window.stack.signInWithOAuth("google")).catch(() => {});
  await page.waitForFunction((issuer) => location.href.startsWith(issuer), {}, issuer);
}

async function submit(page) {
  await Promise.all([page.waitForNavigation({ waitUntil: "domcontentloaded" }), page.click("button[type=submit]")]);
}

async function user(page) {
  await page.waitForFunction(() => window.stack);
  return await page.evaluate(async () => {
    const user = await window.stack.getUser();
    if (user === null) return null;
    const { id, primaryEmail, primaryEmailVerified, displayName } = user;
    return { id, primaryEmail, primaryEmailVerified, displayName };
  });
}

/** An OpenID provider with one client and whoever wants an account. */
async function startProvider() {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "stack",
        client_secret: "secret of the client",
        redirect_uris: [`${STACK_API_URL}/api/v1/auth/oauth/callback/google`],
        grant_types: ["authorization_code", "refresh_token"],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    cookies: { keys: ["a key for tests"] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: true, name: `Name of ${id}` }),
    }),
  });
  await new Promise((resolve) => provider.listen(Number(OIDC_PORT), "127.0.0.1", resolve));
}

/** An app with the official SDK; gives its address. */
async function startApp() {
  const settings = {
    baseUrl: STACK_API_URL,
    projectId: STACK_PROJECT_ID,
    publishableClientKey: STACK_PUBLISHABLE_CLIENT_KEY,
    tokenStore: "cookie",
    redirectMethod: "window",
    noAutomaticPrefetch: true,
    devTool: false,
    urls: {
      oauthCallback: "/handler/oauth-callback",
      home: "/",
      signIn: "/",
      afterSignIn: "/",
      afterSignUp: "/",
      afterSignOut: "/",
      error: "/failed",
    },
  };
  const entry = `import { StackClientApp } from "@stackframe/js";
    window.stack = new StackClientApp(${JSON.stringify(settings)});
    if (location.pathname === "/handler/oauth-callback") {
      await window.stack.callOAuthCallback().catch((error) => (document.title = error.errorCode));
    }`;
  const bundle = await build({
    stdin: { contents: entry, resolveDir: import.meta.dirname },
    bundle: true,
    format: "esm",
    platform: "browser",
    define: { "process.env.NODE_ENV": '"production"' },
    write: false,
    logLevel: "error",
  });
  const [{ text: script }] = bundle.outputFiles;
  const server = createServer((request, response) => {
    const isScript = request.url === "/app.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : "<!doctype html><title>App</title><script type=module src=/app.js></script>");
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  return `http://localhost:${server.address().port}`;
}
