// The official client of Svix, pointed at the server's management of webhooks: it finds the project's application, adds
// an endpoint, tries it, and verifies what arrives.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Svix, Webhook } from "svix";

const { STACK_API_URL, STACK_PROJECT_ID, STACK_SECRET_SERVER_KEY, STACK_SUPER_SECRET_ADMIN_KEY } = process.env;

const call = async (access, method, path, body) => {
  const key = access === "admin" ? STACK_SUPER_SECRET_ADMIN_KEY : STACK_SECRET_SERVER_KEY;
  const response = await fetch(`${STACK_API_URL}/api/v1${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      "x-stack-access-type": access,
      "x-stack-project-id": STACK_PROJECT_ID,
      [access === "admin" ? "x-stack-super-secret-admin-key" : "x-stack-secret-server-key"]: key,
    },
    body: JSON.stringify(body),
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
  return response.json();
};

// A receiver that keeps what comes.
const arrived = [];
let wake = () => {};
const receiver = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    arrived.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(204).end();
    wake();
  });
});
await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${receiver.address().port}/hook`;
const next = async () => {
  while (arrived.length === 0) {
    await new Promise((resolve) => (wake = resolve));
  }
  return arrived.shift();
};

const { token } = await call("admin", "POST", "/webhooks/svix-token", {});
const svix = new Svix(token, { serverUrl: `${STACK_API_URL}/svix` });
const app = STACK_PROJECT_ID;

const made = await svix.application.getOrCreate({ uid: app, name: app });
assert.equal(made.uid, app);
assert.equal((await svix.application.get(app)).id, app);

const endpoint = await svix.endpoint.create(app, { url, description: "from a script", filterTypes: ["user.created"] });
assert.deepEqual(endpoint.filterTypes, ["user.created"]);
assert.equal((await svix.endpoint.list(app)).data.length, 1);
assert.equal((await svix.endpoint.get(app, endpoint.id)).url, url);
await svix.endpoint.updateHeaders(app, endpoint.id, { headers: { "x-from": "script" } });
assert.deepEqual((await svix.endpoint.getHeaders(app, endpoint.id)).headers, { "x-from": "script" });
const patched = await svix.endpoint.patch(app, endpoint.id, { description: "changed" });
assert.equal(patched.description, "changed");

const { key: old } = await svix.endpoint.getSecret(app, endpoint.id);
const user = await call("server", "POST", "/users", { display_name: "Ada" });
const first = await next();
const event = new Webhook(old).verify(first.body, first.headers);
assert.equal(event.type, "user.created");
assert.equal(event.data.id, user.id);
assert.equal(first.headers["x-from"], "script");
assert.throws(() => new Webhook(old).verify(first.body.replace("Ada", "Eve"), first.headers));

await svix.endpoint.rotateSecret(app, endpoint.id, {});
const { key } = await svix.endpoint.getSecret(app, endpoint.id);
assert.notEqual(key, old);
await svix.endpoint.sendExample(app, endpoint.id, { eventType: "team.created" });
const example = await next();
for (const secret of [key, old]) {
  assert.equal(new Webhook(secret).verify(example.body, example.headers).type, "team.created");
}

const { success } = await call("admin", "POST", "/internal/send-test-webhook", { endpoint_id: endpoint.id });
assert.ok(success);
const test = await next();
assert.equal(new Webhook(key).verify(test.body, test.headers).type, "stack.test");

const sent = await svix.message.create(app, { eventType: "user.created", eventId: "by-hand", payload: { by: "hand" } });
assert.deepEqual((await svix.message.get(app, sent.id)).payload, { by: "hand" });
const byHand = await next();
assert.equal(byHand.headers["svix-id"], sent.id);
const messages = await svix.message.list(app, { limit: 2 });
assert.equal(messages.data.length, 2);
assert.equal(messages.done, false);
const more = await svix.message.list(app, { limit: 2, iterator: messages.iterator });
assert.equal(more.done, true);

// What was noted of an attempt may take a moment.
let attempts = [];
while (attempts.length < 1) {
  attempts = (await svix.messageAttempt.listByMsg(app, sent.id)).data;
}
assert.equal(attempts[0].responseStatusCode, 204);
assert.equal(attempts[0].statusText, "success");
assert.equal((await svix.messageAttempt.get(app, sent.id, attempts[0].id)).url, url);
await svix.messageAttempt.resend(app, sent.id, endpoint.id);
assert.equal((await next()).headers["svix-id"], sent.id);
let log = [];
while (log.length < 5) {
  log = (await svix.messageAttempt.listByEndpoint(app, endpoint.id)).data;
}
assert.equal(log[0].msgId, sent.id);
const destinations = await svix.messageAttempt.listAttemptedDestinations(app, sent.id);
assert.equal(destinations.data[0].id, endpoint.id);
const recovered = await svix.endpoint.recover(app, endpoint.id, { since: new Date(Date.now() - 60_000) });
assert.equal(recovered.status, "finished");

const types = await svix.eventType.list();
assert.ok(types.data.some((type) => type.name === "user.created"));

await svix.endpoint.delete(app, endpoint.id);
assert.equal((await svix.endpoint.list(app)).data.length, 0);
await assert.rejects(svix.endpoint.get(app, endpoint.id), (error) => error.code === 404);
const stranger = new Svix("anything", { serverUrl: `${STACK_API_URL}/svix` });
await assert.rejects(stranger.endpoint.list(app), (error) => error.code === 401);

receiver.close();
console.log("all Svix steps passed");
