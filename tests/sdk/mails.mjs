// The mails of a project, as its server reads them from the outbox.
import assert from "node:assert/strict";

const { STACK_API_URL, STACK_PROJECT_ID, STACK_SECRET_SERVER_KEY } = process.env;

// The newest mail to an address: the code of its link, and the six characters if it shows some.
export async function mailTo(address) {
  const answer = await fetch(`${STACK_API_URL}/api/v1/emails/outbox`, {
    headers: {
      "x-stack-access-type": "server",
      "x-stack-project-id": STACK_PROJECT_ID,
      "x-stack-secret-server-key": STACK_SECRET_SERVER_KEY,
    },
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  const { items } = await answer.json();
  const mail = items.find((mail) => mail.to.emails?.includes(address));
  assert.ok(mail, `there is no mail to ${address}`);
  const link = new URL(mail.text.split("\n").find((line) => line.startsWith("http")));
  const short = mail.text.split("\n").map((line) => line.trim()).find((line) => /^[0-9A-Z]{6}$/.test(line));
  return { link, code: link.searchParams.get("code"), short };
}
