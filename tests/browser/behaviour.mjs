// What the pages' script does, in Chromium, under the product's Content-Security-Policy.
//
//   node behaviour.mjs FOLDER        FOLDER: as written by the gallery
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { LAUNCH, serve } from "./serve.mjs";

const folder = process.argv.at(-1);
const streams = new Set();
const served = await serve(folder, {
  "/approvals/events": (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(": open\n\n");
    streams.add(response);
  },
  "/approvals/rows": async (_, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(await readFile(join(folder, "fragments/inbox-rows.html")));
  },
  "/insight/import": (request, response) => {
    request.resume().on("end", () => response.writeHead(303, { location: "/import-reading.html" }).end());
  },
});
const browser = await chromium.launch(LAUNCH);

async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const refused = [];
  page.on("console", (message) => /Content Security Policy/i.test(message.text()) && refused.push(message.text()));
  page.on("pageerror", (error) => refused.push(error.message));
  await page.goto(`${served.base}/${name}.html`);
  return { page, context, done: async () => (assert.deepEqual(refused, []), context.close()) };
}

test("a chosen theme is kept for the next page and beats the system's", async () => {
  const { page, done } = await open("overview", { colorScheme: "dark" });
  await page.click(".account > summary");
  await page.click(".sidebar [data-theme-set=light]");
  await page.goto(`${served.base}/audit.html`);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector(".main")).backgroundColor), "rgb(255, 255, 255)");
  await done();
});

test("the question mark opens the help, Escape closes it and gives the focus back", async () => {
  const { page, done } = await open("overview");
  await page.focus(".item-title a");
  await page.keyboard.press("?");
  assert.equal(await page.evaluate(() => document.querySelector("#help").open), true);
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.closest(".item-title") !== null), true);
  await done();
});

test("g and a letter go somewhere, j and k move along the rows, and typing does neither", async () => {
  const { page, done } = await open("overview");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Shorten the wait/);
  await page.goto(`${served.base}/sign-in.html`);
  await page.fill("#email", "");
  await page.focus("#email");
  await page.keyboard.type("gij?");
  assert.equal(await page.inputValue("#email"), "gij?");
  await page.goto(`${served.base}/overview.html`);
  await page.keyboard.press("g");
  const [request] = await Promise.all([page.waitForRequest(`${served.base}/audit`), page.keyboard.press("l")]);
  assert.equal(new URL(request.url()).pathname, "/audit");
  await done();
});

test("shortcuts that are switched off stay off", async () => {
  const { page, done } = await open("overview");
  await page.keyboard.press("?");
  await page.uncheck("[data-shortcuts]");
  await page.reload();
  await page.keyboard.press("?");
  assert.equal(await page.evaluate(() => document.querySelector("#help").open), false);
  await done();
});

test("a new proposal appears in the open inbox, and in the counts of the navigation", async () => {
  const { page, done } = await open("inbox");
  await page.waitForFunction(() => document.querySelector("[data-live-state]").textContent === "Live");
  assert.match(await page.textContent("#nav-count"), /^3/);
  for (const stream of streams) stream.write("event: changed\ndata: {}\n\n");
  await page.waitForFunction(() => document.querySelector("#nav-count").textContent.startsWith("4"));
  assert.match(await page.textContent("#top-count"), /^4/);
  await page.waitForFunction(() => document.querySelector("#announcement").textContent === "4 waiting");
  assert.equal(await page.locator("#inbox section").count(), 1, "the rows are the fragment's");
  await done();
});

test("a dialog asks before anything ends, and works without script", async () => {
  const { page, done } = await open("sessions");
  await page.click("a[href='#end-others']");
  assert.equal(await page.evaluate(() => document.querySelector("#end-others").matches(":modal")), true);
  await page.click("#end-others [data-close]");
  assert.equal(await page.isVisible("#end-others"), false);
  await done();

  const bare = await open("sessions", { javaScriptEnabled: false });
  await bare.page.click("a[href='#end-others']");
  assert.equal(await bare.page.isVisible("#end-others button[type=submit]"), true);
  await bare.page.click("#end-others [data-close]");
  assert.equal(await bare.page.isVisible("#end-others"), false);
  await bare.context.close();
});

test("without script the phone's menu opens, and nothing is offered that needs script", async () => {
  const { page, context } = await open("overview", { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  await page.click(".topbar-menu > summary");
  assert.equal(await page.isVisible(".sheet .nav-link[href='/audit']"), true);
  assert.equal(await page.isVisible(".sheet [data-theme-set=dark]"), false);
  await context.close();
});

test("a key is copied whole", async () => {
  const { page, context, done } = await open("api-key-created");
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: served.base });
  await page.click("[data-copy=key]");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.inputValue("#key"));
  assert.match(await page.textContent("[data-copy=key]"), /Copied/);
  await done();
});

test("an upload shows its progress and goes on to the import", async () => {
  const { page, done } = await open("logs");
  await page.setInputFiles("#file", { name: "orders.csv", mimeType: "text/csv", buffer: Buffer.alloc(2_000_000, "a,b\n") });
  assert.equal(await page.evaluate(() => document.querySelector("[data-columns]").open), true, "a CSV asks for its columns");
  assert.equal(await page.inputValue("#name"), "orders");
  await Promise.all([page.waitForURL("**/import-reading.html"), page.click("#import button[type=submit]")]);
  await done();
});

test("printing unfolds the evidence", async () => {
  const { page, done } = await open("trust");
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.evaluate(() => [...document.querySelectorAll("main details")].every((details) => details.open)), true);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.isVisible(".public-head"), false);
  await done();
});

test.after(async () => {
  await browser.close();
  served.close();
});
