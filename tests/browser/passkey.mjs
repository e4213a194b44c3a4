// Passkeys in Chromium with its own virtual authenticator, on a running server.
//
//   node passkey.mjs     (reads {"base", "email", "password"} from standard input)
//
// Signs in by the password, makes a passkey, keeps the recovery codes; then signs in by the passkey: behind
// the address field, by the button, after the password, as a fresh proof; then by an authenticator that checks
// nobody, at another site, and after the passkey was removed. Says what came of each.
import { createServer } from "node:http";
import { chromium } from "playwright-core";
import { LAUNCH } from "./serve.mjs";

async function standardInput() {
  let text = "";
  for await (const piece of process.stdin) text += piece;
  return JSON.parse(text);
}

const given = await standardInput();
const told = { findings: [] };
const browser = await chromium.launch(LAUNCH);

function watch(page) {
  page.on("console", (message) => {
    if (/Content Security Policy|Permissions policy/i.test(message.text())) told.findings.push(message.text());
  });
  page.on("pageerror", (error) => told.findings.push(`script: ${error.message}`));
}

/** A browser window with an authenticator of its own that moves its passkeys along. */
async function open(passkeys = [], { verified = true, autofill = false } = {}) {
  const context = await browser.newContext();
  const page = await context.newPage();
  watch(page);
  // Otherwise the page's wait behind the address field is answered before anybody presses the button.
  if (!autofill) await page.addInitScript(() => { PublicKeyCredential.isConditionalMediationAvailable = async () => false; });
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal", hasResidentKey: true, hasUserVerification: true,
      isUserVerified: verified, automaticPresenceSimulation: true,
    },
  });
  for (const credential of passkeys) await devtools.send("WebAuthn.addCredential", { authenticatorId, credential });
  const held = async () => (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  return { page, held, close: () => context.close() };
}

const path = (page) => new URL(page.url()).pathname;
const arrive = (page, there) => page.waitForURL((url) => url.pathname === there);
const problem = (page) => page.innerText("[role=alert]:not([hidden])");

async function byPassword(page, base = given.base) {
  await page.goto(`${base}/sign-in?next=/security`);
  await page.fill("#email", given.email);
  await page.fill("#password", given.password);
  await page.click("form[action='/sign-in'] button[type=submit]");
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

// Made at the page.
let window = await open();
await byPassword(window.page);
told.suggested = await window.page.inputValue("#passkey-name");
await window.page.fill("#passkey-name", "Virtual");
await window.page.click("form[action='/security/passkeys'] button[type=submit]");
await window.page.waitForSelector("#codes");
told.recovery_codes = (await window.page.innerText("#codes")).trim().split("\n").length;
await window.page.goto(`${given.base}/security`);
told.listed = await window.page.innerText("[aria-labelledby=passkeys-title] .item-title");
// Its authenticator makes no second one.
await window.page.click("form[action='/security/passkeys'] button[type=submit]");
await window.page.waitForSelector("[data-passkey-error]:not([hidden])");
told.twice = await problem(window.page);
let passkeys = await window.held();
told.discoverable = passkeys.length === 1 && passkeys[0].isResidentCredential;
const owner = window;

// Alone: by the button, and behind the address field.
for (const autofill of [false, true]) {
  window = await open(passkeys, { autofill });
  await window.page.goto(`${given.base}/sign-in?next=/sessions`);
  if (!autofill) await window.page.click("form[action='/sign-in/passkey'] button[type=submit]");
  await arrive(window.page, "/sessions");
  told[autofill ? "behind_the_field" : "alone"] = path(window.page);
  passkeys = await window.held();
  await window.close();
}

// After the password.
window = await open(passkeys);
await byPassword(window.page);
told.due = path(window.page);
await window.page.click("form[action='/sign-in/second-factor/passkey'] button[type=submit]");
await arrive(window.page, "/security");
told.second = path(window.page);
// As a fresh proof.
await window.page.goto(`${given.base}/prove?next=/sessions`);
await window.page.click("form[action='/prove/passkey'] button[type=submit]");
await arrive(window.page, "/sessions");
told.proved = path(window.page);
passkeys = await window.held();
await window.close();

// Checks nobody: the browser itself will not, so the server is shown what such an authenticator says.
window = await open(passkeys, { verified: false });
await window.page.addInitScript(() => {
  const get = navigator.credentials.get.bind(navigator.credentials);
  navigator.credentials.get = (asked) => get({ publicKey: { ...asked.publicKey, userVerification: "discouraged" } });
});
await window.page.goto(`${given.base}/sign-in`);
await window.page.click("form[action='/sign-in/passkey'] button[type=submit]");
await window.page.waitForSelector("main .notice.tone-bad");
told.unverified = await problem(window.page);
passkeys = await window.held();
await window.close();

// At another origin of the same host, which asks our question: the authenticator signs, the server knows.
const other = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<title>Other</title>"));
await new Promise((done) => other.listen(0, "127.0.0.1", done));
const api = (tail, body) => fetch(`${given.base}/api/v1/sessions/passkey${tail}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
const question = await (await api("/options", {})).json();
window = await open(passkeys);
await window.page.goto(`http://localhost:${other.address().port}/`);
const answer = await window.page.evaluate(async (asked) => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked);
  return (await navigator.credentials.get({ publicKey })).toJSON();
}, question);
const refused = await api("", answer);
told.elsewhere = { status: refused.status, code: (await refused.json()).code };
passkeys = await window.held();
other.close();
await window.close();

// Removed.
await owner.page.goto(`${given.base}/security`);
await owner.page.click("a[href^='#remove-pky']");
await owner.page.click("dialog[open] button[type=submit]");
await owner.page.waitForSelector("main .notice.flash");
told.removed = await owner.page.innerText("main .notice.flash");
window = await open(passkeys);
await window.page.goto(`${given.base}/sign-in`);
await window.page.click("form[action='/sign-in/passkey'] button[type=submit]");
await window.page.waitForSelector("main .notice.tone-bad");
told.gone = await problem(window.page);
await window.close();

// Without script the page says what it needs.
const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
await plain.goto(`${given.base}/sign-in`);
told.without_script = await plain.isVisible("form[action='/sign-in/passkey'] noscript p");
told.button_without_script = await plain.isVisible("form[action='/sign-in/passkey'] button");

await browser.close();
console.log(JSON.stringify(told));
process.exit(0);
