// A mail server that says what it gets: one line of JSON on standard output for each event.
//
// SMTP_TLS       none, starttls or tls; the latter two with the certificate SMTP_CERT and its key SMTP_KEY
// SMTP_USER      who has to sign in, with SMTP_PASSWORD; nobody has to if it isn't set
// SMTP_ANSWERS   what to say to each mail in turn, separated by commas: a status such as 451 or 550, `hang` to take the
//                mail and say nothing, anything else to accept it; every further mail is accepted

import { readFileSync } from "node:fs";
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";

const { SMTP_TLS = "none", SMTP_CERT, SMTP_KEY, SMTP_USER, SMTP_PASSWORD, SMTP_ANSWERS = "" } = process.env;
const answers = SMTP_ANSWERS.split(",").filter(Boolean);
const tell = (event) => console.log(JSON.stringify(event));
const certificate = SMTP_TLS === "none" ? {} : { cert: readFileSync(SMTP_CERT), key: readFileSync(SMTP_KEY) };

const server = new SMTPServer({
  ...certificate,
  secure: SMTP_TLS === "tls",
  authOptional: !SMTP_USER,
  disabledCommands: SMTP_TLS === "none" ? ["STARTTLS"] : [],
  onAuth({ username, password }, _session, callback) {
    const is = username === SMTP_USER && password === SMTP_PASSWORD;
    callback(is ? null : new Error("wrong password"), is ? { user: username } : undefined);
  },
  async onData(stream, session, callback) {
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const { from, to, subject, text, html, headers } = await PostalMime.parse(Buffer.concat(chunks));
    const answer = answers.shift();
    const status = Number(answer) || undefined;
    tell({
      event: "mail",
      answer: answer ?? "accepted",
      secure: session.secure,
      user: session.user ?? null,
      sender: session.envelope.mailFrom.address,
      recipients: session.envelope.rcptTo.map(({ address }) => address),
      message: { from, to, subject, text, html, headers },
    });
    if (answer === "hang") return;
    const refusal = Object.assign(new Error(`no mail for ${to?.[0]?.address}`), { responseCode: status });
    callback(status ? refusal : null);
  },
});
server.on("error", ({ message }) => tell({ event: "error", message }));
server.listen(0, "127.0.0.1", () => tell({ event: "listening", port: server.server.address().port }));
