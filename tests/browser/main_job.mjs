// A person's part of the main job in Chromium, on a running server.
//
//   node main_job.mjs     (reads {"link", "base", "connection", "log", "key"} from standard input)
//
// Signs in by the link, opens the inbox, has an AI client propose a ticket while the inbox is open,
// sees it arrive without a reload, approves it, sees it sent; then looks at every page in light and
// dark on a phone and a desk: axe-core, the Content-Security-Policy, scripts, widths. Screenshots go
// to tests/output/app.
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { LAUNCH } from "./serve.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, "../output/app");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function standardInput() {
  let text = "";
  for await (const piece of process.stdin) text += piece;
  return JSON.parse(text);
}

const given = await standardInput();
await mkdir(out, { recursive: true });
const browser = await chromium.launch(LAUNCH);
const findings = [];
const told = {};

function watch(page, where) {
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) findings.push(`${where()}: CSP: ${message.text()}`);
  });
  page.on("pageerror", (error) => findings.push(`${where()}: script: ${error.message}`));
}

async function propose(title) {
  const answer = await fetch(`${given.base}/api/v1/approvals`, {
    method: "POST",
    headers: { authorization: `Bearer ${given.key}`, "content-type": "application/json" },
    body: JSON.stringify({ connection: given.connection, operation: "create_issue", arguments: { title } }),
  });
  if (answer.status !== 201) throw new Error(`proposing answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()).id;
}

async function look(page, name, width, theme) {
  await page.evaluate(() => document.fonts.ready);
  const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
  if (wide > 0) findings.push(`${name} ${width} ${theme}: wider than the window by ${wide} px`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  for (const violation of violations.filter((one) => ["serious", "critical"].includes(one.impact))) {
    findings.push(`${name} ${width} ${theme}: ${violation.id}: ${violation.nodes[0].target.join(" ")}`);
  }
  await page.screenshot({ path: join(out, `${name}.${width}.${theme}.png`), fullPage: true });
}

const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
let at = "start";
const page = await context.newPage();
watch(page, () => at);

// Opening the link does not use it up; the button does.
at = "link";
await page.goto(given.link);
await page.reload();
await page.click("form[action='/sign-in/link'] button[type='submit']");
await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
told.landed = new URL(page.url()).pathname;

at = "inbox";
await page.goto(`${given.base}/approvals`);
const id = await propose("Arrives without a reload");
await page.waitForSelector(`a[href='/approvals/${id}']`, { timeout: 10_000 });
told.arrived_without_reload = true;

at = "proposal";
await page.click(`a[href='/approvals/${id}']`);
await page.waitForURL(`**/approvals/${id}`);
told.shown = await page.innerText(".request-line");
await page.fill("textarea[name='note']", "Looks right.");
await page.click("#decision button.btn-primary");
await page.waitForFunction(() => /executed|sent|done/i.test(document.querySelector("#state-badge")?.innerText ?? ""), null, { timeout: 20_000 });
told.state = await page.innerText("#state-badge");
told.approved = id;

const pages = {
  overview: "/",
  insight: "/insight",
  log: `/insight/logs/${given.log}`,
  inbox: "/approvals",
  proposal: `/approvals/${id}`,
  waiting: `/approvals/${await propose("Waits")}`,
  connectors: "/connectors",
  connect: "/connectors/apps/tracker/connect",
  connection: `/connectors/${given.connection}`,
  keys: "/access/keys",
  people: "/people",
  sessions: "/sessions",
  audit: "/audit",
  trust: "/trust",
  missing: "/no-such-page",
};
for (const theme of ["light", "dark"]) {
  for (const width of [390, 1440]) {
    const view = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: theme,
      storageState: await context.storageState(),
    });
    const tab = await view.newPage();
    watch(tab, () => `${at} ${width} ${theme}`);
    for (const [name, path] of Object.entries(pages)) {
      at = name;
      const answer = await tab.goto(`${given.base}${path}`);
      const expected = name === "missing" ? 404 : 200;
      if (answer.status() !== expected) findings.push(`${name}: ${path} answered ${answer.status()}`);
      await look(tab, name, width, theme);
    }
    await view.close();
  }
}
await browser.close();
told.findings = findings;
console.log(JSON.stringify(told));
process.exit(0);
