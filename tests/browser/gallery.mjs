// Opens every page of the gallery (or of a server) in Chromium: light and dark, phone and desk.
//
//   node gallery.mjs FOLDER|URL [--out DIR] [--only NAME] [--width PX] [--theme light|dark] [--no-shots]
//
// Fails on: a serious or critical finding of axe-core, a violation of the Content-Security-Policy, an
// exception in a script, a page wider than its window. Writes screenshots to tests/output/gallery.
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { LAUNCH, serve } from "./serve.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const WIDTHS = [390, 1440];
const THEMES = ["light", "dark"];
// States that only a click or a key brings up: page, window width, steps.
const EXTRAS = [
  { name: "extra-help", page: "overview", width: 1440, steps: (page) => page.keyboard.press("?") },
  { name: "extra-account-menu", page: "overview", width: 1440, steps: (page) => page.click(".account > summary") },
  { name: "extra-disconnect", page: "connection", width: 1440, steps: (page) => page.click("a[href='#disconnect']") },
  { name: "extra-phone-menu", page: "overview", width: 390, steps: (page) => page.click(".topbar-menu > summary") },
  { name: "extra-exact-bytes", page: "proposal-waiting", width: 390, steps: (page) => page.click("label[for='body-bytes']") },
  { name: "extra-offline", page: "inbox", width: 390, steps: (page) => page.evaluate(() => dispatchEvent(new Event("offline"))) },
  { name: "extra-evidence", page: "trust", width: 1440, steps: (page) => page.click(".control details > summary") },
];

function options(args) {
  const given = { target: null, out: resolve(here, "../output/gallery"), only: null, widths: WIDTHS, themes: THEMES, shots: true };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--out") given.out = resolve(args[++i]);
    else if (args[i] === "--only") given.only = args[++i];
    else if (args[i] === "--width") given.widths = [Number(args[++i])];
    else if (args[i] === "--theme") given.themes = [args[++i]];
    else if (args[i] === "--no-shots") given.shots = false;
    else given.target = args[i];
  }
  if (!given.target) {
    console.error("Give the gallery's folder or the URL it is served at.");
    process.exit(2);
  }
  return given;
}

async function audit(page, axe) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter((violation) => ["serious", "critical"].includes(violation.impact))
    .map((violation) => `${violation.id} (${violation.impact}): ${violation.nodes.slice(0, 3).map((node) => `${node.target.join(" ")}: ${node.any[0]?.message ?? node.failureSummary}`).join(" | ")}`);
}

async function look(page, { url, name, width, theme, steps }, { axe, out, shots }) {
  const findings = [];
  const onConsole = (message) => {
    if (/Content Security Policy/i.test(message.text())) findings.push(`CSP: ${message.text()}`);
  };
  const onError = (error) => findings.push(`script: ${error.message}`);
  page.on("console", onConsole);
  page.on("pageerror", onError);
  await page.goto(url, { waitUntil: "load" });
  await page.evaluate(() => document.fonts.ready);
  if (steps) await steps(page);
  const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
  if (wide > 0) findings.push(`wider than the window by ${wide} px`);
  findings.push(...(await audit(page, axe)));
  if (shots) await page.screenshot({ path: join(out, `${name}.${width}.${theme}.png`), fullPage: !steps });
  page.off("console", onConsole);
  page.off("pageerror", onError);
  return findings.map((finding) => `${name} ${width} ${theme}: ${finding}`);
}

async function names(base, only) {
  const all = await (await fetch(`${base}/pages.json`)).json();
  return only ? all.filter((name) => name.includes(only)) : all;
}

const given = options(process.argv.slice(2));
const served = /^https?:/.test(given.target) ? { base: given.target.replace(/\/$/, "") } : await serve(given.target);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
await mkdir(given.out, { recursive: true });
const pages = await names(served.base, given.only);
const browser = await chromium.launch(LAUNCH);
const findings = [];
let looked = 0;
try {
  for (const width of given.widths) {
    for (const theme of given.themes) {
      const context = await browser.newContext({ viewport: { width, height: width < 600 ? 844 : 900 }, colorScheme: theme, reducedMotion: "reduce", deviceScaleFactor: 1 });
      const page = await context.newPage();
      const views = pages.map((name) => ({ name, url: `${served.base}/${name}.html` }));
      const extras = EXTRAS.filter((extra) => extra.width === width && pages.includes(extra.page));
      views.push(...extras.map((extra) => ({ ...extra, url: `${served.base}/${extra.page}.html` })));
      for (const view of views) {
        findings.push(...(await look(page, { ...view, width, theme }, { ...given, axe })));
        looked += 1;
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
  served.close?.();
}
for (const finding of findings) console.error(finding);
console.log(`${looked} views of ${given.target}: ${findings.length} findings. Screenshots: ${given.shots ? given.out : "none"}`);
process.exitCode = findings.length === 0 ? 0 : 1;
