// The API reference in a browser: what it shows, what it loads, whether a request can be sent from it.
import assert from "node:assert/strict";
import puppeteer from "puppeteer-core";

const base = process.env.STACK_API_URL;
const keys = {
  client: process.env.STACK_PUBLISHABLE_CLIENT_KEY,
  server: process.env.STACK_SECRET_SERVER_KEY,
  admin: process.env.STACK_SUPER_SECRET_ADMIN_KEY,
};

const browser = await puppeteer.launch({
  executablePath: process.env.STACK_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
try {
  for (const [access, key] of Object.entries(keys)) await check(access, key);
} finally {
  await browser.close();
}
console.log("all reference steps passed");

async function check(access, key) {
  const page = await browser.newPage();
  await page.setViewport({ width: 1400, height: 1000 });
  const loaded = new Set();
  const errors = [];
  page.on("request", (request) => loaded.add(request.url()));
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));

  await page.goto(`${base}/docs/${access}`);
  await page.waitForFunction((text) => document.body.innerText.includes(text), {}, `(${access} access)`);
  const document = await (await fetch(`${base}/docs/openapi/${access}.json`)).json();
  await page.waitForFunction(
    (names) => names.every((name) => document.body.innerText.includes(name)),
    {},
    document.tags.map((tag) => tag.name),
  );
  const values = await page.$$eval("input", (inputs) => inputs.map((input) => input.value));
  for (const value of [process.env.STACK_PROJECT_ID, access, key]) {
    assert.ok(values.includes(value), `the form of ${access} access doesn't hold ${value}`);
  }
  console.log(`ok - ${access}: the page shows every tag, the form is filled`);

  const answer = await send(page, base);
  assert.ok(answer.status < 500 && answer.headers["x-stack-access-type"] === access, JSON.stringify(answer));
  console.log(`ok - ${access}: a request is sent with the credentials of the form (${answer.status})`);

  const foreign = [...loaded].filter((url) => !url.startsWith(base) && !/^(data|blob):/.test(url));
  assert.deepEqual(foreign, [], "the page loads something from elsewhere");
  assert.deepEqual(errors.filter((error) => !error.includes("status of 4")), []);
  console.log(`ok - ${access}: nothing comes from elsewhere, and nothing fails`);
  await page.close();
}

/** Sends the first request that the page offers, and gives what was sent and how it was answered. */
async function send(page, base) {
  const click = async (text) => {
    const handle = await page.waitForFunction(
      (text) => [...document.querySelectorAll("button")].find((button) => button.innerText.trim().startsWith(text)),
      {},
      text,
    );
    await handle.asElement().evaluate((button) => button.scrollIntoView());
    await handle.asElement().evaluate((button) => button.click());
  };
  await click("Test Request");
  const answered = page.waitForResponse(
    (response) => response.url().startsWith(`${base}/api/v1/`) && response.request().method() !== "OPTIONS",
  );
  await click("Send");
  const response = await answered;
  return { status: response.status(), url: response.url(), headers: response.request().headers() };
}
