// The official SDK and the data vault: a configuration is pushed as a command line tool does it, then values are kept.
// Run by `tests/tests/e2e/sdk.rs`.
import assert from "node:assert/strict";
import { StackServerApp } from "@stackframe/js";

const { STACK_API_URL, STACK_PROJECT_ID, STACK_PUBLISHABLE_CLIENT_KEY, STACK_SECRET_SERVER_KEY } = process.env;

const server = () =>
  new StackServerApp({
    baseUrl: STACK_API_URL,
    projectId: STACK_PROJECT_ID,
    publishableClientKey: STACK_PUBLISHABLE_CLIENT_KEY,
    secretServerKey: STACK_SECRET_SERVER_KEY,
    tokenStore: "memory",
    noAutomaticPrefetch: true,
  });

const pushed = await fetch(`${STACK_API_URL}/api/v1/internal/config/override/branch`, {
  method: "PUT",
  headers: {
    "content-type": "application/json",
    "x-stack-access-type": "server",
    "x-stack-project-id": STACK_PROJECT_ID,
    "x-stack-secret-server-key": STACK_SECRET_SERVER_KEY,
  },
  body: JSON.stringify({
    config_string: JSON.stringify({ dataVault: { stores: { secrets: { displayName: "Secrets" } } } }),
    source: { type: "pushed-from-unknown" },
  }),
});
assert.equal(pushed.status, 200, await pushed.text());
console.log("ok - a configuration is pushed");

const secret = crypto.randomUUID();
const store = await server().getDataVaultStore("secrets");
assert.equal(await store.getValue("card", { secret }), null);
await store.setValue("card", "4242", { secret });
await store.setValue("card", "💳 1881", { secret });
const again = await server().getDataVaultStore("secrets");
assert.equal(await again.getValue("card", { secret }), "💳 1881");
assert.equal(await again.getValue("card", { secret: "another" }), null);
console.log("ok - values are kept and replaced");

const nowhere = await server().getDataVaultStore("nowhere");
await assert.rejects(
  nowhere.setValue("card", "x", { secret }),
  (error) => error.errorCode === "DATA_VAULT_STORE_DOES_NOT_EXIST",
);
console.log("ok - a store has to be in the configuration");

console.log("all data vault steps passed");
