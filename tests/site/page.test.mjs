// The built site in headless Chromium, from disk: what the explorer shows, that it is to be had by keyboard, that every
// anchor is there, that nothing is asked of any host, and that nothing complains.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, missing, pageUrl } from "./browser.mjs";
import { check } from "./checks.mjs";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const reason = missing();
let browser;
before(async () => { if (!reason) browser = await launch(); });
after(async () => browser?.close());

// A tab on `page`; `body` gets it. Any request that leaves the disk, any message of the console, any error fails.
function onPage(name, page, body, options = {}) {
  check(name, reason, async () => {
    const context = await browser.newContext({ reducedMotion: "reduce", ...options });
    const complaints = [];
    context.on("request", (request) => {
      if (!/^(file|data):/.test(request.url())) complaints.push(`request: ${request.url()}`);
    });
    context.on("console", (message) => complaints.push(`console: ${message.text()}`));
    context.on("weberror", (error) => complaints.push(`error: ${error.error()}`));
    context.on("dialog", (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    try {
      const tab = await context.newPage();
      tab.setDefaultTimeout(10000);
      await tab.goto(pageUrl(page));
      if (page.startsWith("index")) await tab.waitForSelector("#explorer[data-ready]", { state: "attached" });
      await body(tab, context);
      assert.deepEqual(complaints, []);
    } finally {
      await context.close();
    }
  });
}

const value = (tab, name) => tab.textContent(`[data-value="${name}"]`);
const enter = (tab, text) => tab.fill("#entry", text);
const entry = (tab) => tab.inputValue("#entry");
const rules = (tab) => tab.$$eval("#violations .slug", (links) => links.map((link) => link.textContent));

onPage("the thread's entry has 514 bytes in two sectors, and what the old text made of it stands beside", "index.html",
  async (tab) => {
    await tab.selectOption("#cluster-bits", "9");
    await enter(tab, "0x6000000000000bfe");
    assert.equal(await value(tab, "corrected.host_offset"), "3070");
    assert.equal(await value(tab, "corrected.additional_sectors"), "1");
    assert.equal(await value(tab, "corrected.sector_count"), "2");
    assert.equal(await value(tab, "corrected.available_bytes"), "514");
    assert.equal(await value(tab, "corrected.extent"), "[3070, 3584)");
    assert.equal(await value(tab, "before.host_offset"), "2305843009213697022");
    assert.equal(await value(tab, "before.size"), "0");
    assert.equal(await value(tab, "before.available_bytes_as_count"), "0");
    assert.equal(await value(tab, "before.available_bytes_as_additional"), "2");
    assert.deepEqual(await rules(tab), []);
    assert.ok(await tab.isVisible("#no-violation"));
    assert.equal(await tab.textContent("#command"), "qcow2-model decode --cluster-bits 9 0x6000000000000bfe");
  });

onPage("values near 2^64 are exact", "index.html", async (tab) => {
  await tab.selectOption("#cluster-bits", "9");
  for (const text of ["18446744073709551615", "0xffffffffffffffff", "ff ff ff ff ff ff ff ff"]) {
    await enter(tab, text);
    assert.equal(await value(tab, "corrected.host_offset"), "2305843009213693951");
    assert.equal(await value(tab, "corrected.extent"), "[2305843009213693951, 2305843009213694464)");
    assert.equal(await value(tab, "before.host_offset"), "4611686018427387903");
    assert.deepEqual(await rules(tab), ["offset-above-bit-55", "copied-flag-clear"]);
  }
  await enter(tab, "0xfffffffffffffffe");
  assert.equal(await value(tab, "corrected.host_offset"), "2305843009213693950");
});

onPage("hostile text gives an error, and nothing stale beside it", "index.html", async (tab) => {
  const hostile = [
    "", "0x", "-1", "1e3", "NaN", "18446744073709551616", "6000000000000bfe", "<img src=x onerror=alert(1)>",
    "\u202e\u0000", "9".repeat(5000)
  ];
  for (const text of hostile) {
    await enter(tab, text);
    assert.match(await tab.textContent("#entry-error"), /^.{10,200}\.$/u, text);
    assert.equal(await tab.isVisible("#answer"), false, text);
    assert.equal(await tab.getAttribute("#entry", "aria-invalid"), "true");
    assert.doesNotMatch(await tab.innerText("#explorer"), /undefined|\bNaN\b(?!”)/);
  }
  await enter(tab, "0x4000000000000c00");
  assert.equal(await tab.textContent("#entry-error"), "");
  assert.equal(await value(tab, "corrected.available_bytes"), "512");
});

onPage("an address that asks for what is no entry gives an error", "index.html", async (tab) => {
  for (const hash of ["entry=<script>alert(1)</script>&cluster_bits=9", "entry=1&cluster_bits=99",
         "entry=1&cluster_bits=1e1", "entry=1"]) {
    await tab.evaluate((wanted) => { location.hash = wanted; }, hash);
    await tab.waitForSelector("#answer", { state: "hidden" });
    assert.match(await tab.textContent("#entry-error"), /^.{10,200}\.$/u, hash);
    await enter(tab, "0x6000000000000bfe");
    assert.ok(await tab.isVisible("#answer"));
  }
});

onPage("the keyboard reaches and sets every bit", "index.html", async (tab) => {
  await tab.focus("#entry");
  for (let step = 0; step < 20; step += 1) {
    await tab.keyboard.press("Tab");
    if (await tab.evaluate(() => document.activeElement.dataset.bit !== undefined)) break;
  }
  const focused = () => tab.evaluate(() => document.activeElement.dataset.bit);
  assert.equal(await focused(), "61");
  await tab.keyboard.press("Space");
  assert.equal(await entry(tab), "0x4000000000000bfe");
  assert.equal(await value(tab, "corrected.available_bytes"), "2");
  assert.equal(await tab.getAttribute('[data-bit="61"]', "aria-checked"), "false");
  await tab.keyboard.press("Enter");
  assert.equal(await entry(tab), "0x6000000000000bfe");
  await tab.keyboard.press("ArrowLeft");
  assert.equal(await focused(), "62");
  await tab.keyboard.press("Home");
  assert.equal(await focused(), "63");
  await tab.keyboard.press("ArrowLeft");
  assert.equal(await focused(), "63");
  await tab.keyboard.press("1");
  assert.equal(await entry(tab), "0xe000000000000bfe");
  assert.equal(await focused(), "62");
  assert.deepEqual(await rules(tab), ["copied-flag-clear"]);
  await tab.keyboard.press("End");
  assert.equal(await focused(), "0");
  await tab.keyboard.press("1");
  assert.equal(await entry(tab), "0xe000000000000bff");
  await tab.keyboard.press("Home");
  for (let bit = 63; bit >= 0; bit -= 1) await tab.keyboard.press("0");
  assert.equal(await entry(tab), "0x0000000000000000");
  assert.equal(await value(tab, "corrected.kind"), "unallocated");
});

onPage("arrows go up and down between rows on a narrow screen", "index.html", async (tab) => {
  await tab.focus('[data-bit="61"]');
  await tab.keyboard.press("ArrowDown");
  assert.equal(await tab.evaluate(() => document.activeElement.dataset.bit), "45");
  await tab.keyboard.press("ArrowUp");
  assert.equal(await tab.evaluate(() => document.activeElement.dataset.bit), "61");
}, { viewport: { width: 390, height: 844 } });

onPage("a click toggles a bit, and dragging paints", "index.html", async (tab) => {
  await tab.click('[data-bit="61"]');
  assert.equal(await entry(tab), "0x4000000000000bfe");
  const middle = async (bit) => {
    const { x, y, width, height } = await tab.locator(`[data-bit="${bit}"]`).boundingBox();
    return [x + width / 2, y + height / 2];
  };
  await tab.mouse.move(...await middle(27));
  await tab.mouse.down();
  await tab.mouse.move(...await middle(24), { steps: 12 });
  await tab.mouse.up();
  assert.equal(await entry(tab), "0x400000000f000bfe");
  await tab.click('[data-bit="27"]');
  assert.equal(await entry(tab), "0x4000000007000bfe");
});

onPage("cluster_bits moves the border of the fields", "index.html", async (tab) => {
  await enter(tab, "0x4008000000a00802");
  await tab.selectOption("#cluster-bits", "21");
  assert.equal(await value(tab, "corrected.host_offset"), "10487810");
  assert.equal(await value(tab, "corrected.additional_sectors"), "4");
  assert.equal(await value(tab, "corrected.available_bytes"), "2558");
  assert.match(
    await tab.getAttribute('[data-bit="49"]', "aria-label"), /corrected additional_sectors, before 2018 host_offset/);
});

onPage("the sectors are drawn to scale", "index.html", async (tab) => {
  const width = async (selector) => (await tab.locator(selector).boundingBox()).width;
  const extent = await width(".now .extent");
  const sector = await width(".sector >> nth=1");
  assert.ok(Math.abs(extent / sector - 514 / 512) < 0.02, `${extent} against ${sector}`);
  await tab.selectOption("#cluster-bits", "21");
  await enter(tab, "0x7ffe000000a00000");
  const cluster = await width(".host-cluster.begins >> nth=0");
  assert.ok(Math.abs(await width(".now .extent") / cluster - 2) < 0.02);
});

onPage("an entry is made for a stream, or refused", "index.html", async (tab) => {
  await tab.click(".encode summary");
  await tab.fill("#encode-offset", "3070");
  await tab.fill("#encode-length", "15");
  await tab.press("#encode-length", "Enter");
  assert.equal(await entry(tab), "0x6000000000000bfe");
  for (const [offset, length] of [
         ["3070", "515"], ["3070", "0"], ["0x100000000000000", "1"], ["-1", "1"], ["0", "18446744073709551615"]]) {
    await tab.fill("#encode-offset", offset);
    await tab.fill("#encode-length", length);
    await tab.press("#encode-length", "Enter");
    assert.match(await tab.textContent("#encode-error"), /^.{10,200}\.$/u, `${offset} ${length}`);
    assert.equal(await entry(tab), "0x6000000000000bfe");
  }
});

onPage("an entry of a table in the text opens in the explorer", "compressed-clusters.html", async (tab) => {
  await tab.click('a.to-explorer:has-text("0x4008000000a00802")');
  await tab.waitForSelector("#explorer[data-ready]");
  assert.equal(await value(tab, "corrected.available_bytes"), "2558");
  assert.equal(await tab.inputValue("#cluster-bits"), "21");
});

onPage("every clause of the text is an anchor with its level, and stands in the table of the first page", "index.html",
  async (tab) => {
    const text = readFileSync(path.join(ROOT, "spec/compressed-clusters.md"), "utf8");
    const clauses = [...text.matchAll(/^\*\*\[([a-z0-9-]+)\]\*\* \((\w+)\)/gm)].map((match) => match.slice(1));
    assert.ok(clauses.length >= 40, `${clauses.length} clauses`);
    const rows = await tab.$$eval("tr[data-level] a.slug", (links) => links.map((link) => link.getAttribute("href")));
    for (const [slug] of clauses) assert.ok(rows.includes(`compressed-clusters.html#${slug}`), slug);
    await tab.goto(pageUrl("compressed-clusters.html"));
    const anchors = new Map(await tab.$$eval(
      "section.clause", (found) => found.map((clause) => [clause.id, clause.querySelector(".badge").textContent])));
    assert.deepEqual([...anchors], clauses);
  });

onPage("every link within the site leads somewhere", "index.html", async (tab) => {
  const seen = new Map();
  const links = [];
  const waiting = ["index.html"];
  while (waiting.length) {
    const name = waiting.pop();
    if (seen.has(name)) continue;
    await tab.goto(pageUrl(name));
    seen.set(name, new Set(await tab.$$eval("[id]", (found) => found.map((element) => element.id))));
    for (const href of await tab.$$eval("a[href]", (found) => found.map((link) => link.getAttribute("href")))) {
      if (/^https?:/.test(href)) continue;
      const [page, anchor] = href.split("#");
      links.push([name, page || name, anchor]);
      if (page) waiting.push(page);
    }
  }
  assert.ok(seen.size >= 3, [...seen.keys()].join(" "));
  const dead =
    links.filter(([, page, anchor]) => anchor && !/^cluster_bits=/.test(anchor) && !seen.get(page).has(anchor));
  assert.deepEqual(dead, []);
});

onPage("the clauses can be filtered by level and words", "index.html", async (tab) => {
  const shown = () => tab.$$eval("tr[data-level]", (rows) => rows.filter((row) => row.getClientRects().length).length);
  const all = await shown();
  await tab.uncheck('.filter input[value="must"]');
  assert.ok(await shown() < all);
  await tab.check('.filter input[value="must"]');
  await tab.fill('.filter [name="words"]', "copied bit 63");
  assert.ok(await shown() < 10 && await shown() > 0);
  await tab.fill('.filter [name="words"]', "<b>nothing</b>");
  assert.equal(await shown(), 0);
});

onPage("the policy of the page forbids every request", "index.html", async (tab) => {
  const policy = await tab.getAttribute('meta[http-equiv="Content-Security-Policy"]', "content");
  assert.match(policy, /^default-src 'none';/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval'? |\*|http/);
  const pages = await tab.$$eval(".top nav a", (links) => links.map((link) => link.href));
  for (const page of pages) {
    assert.deepEqual(readFileSync(fileURLToPath(page), "utf8")
                       .match(/<\w[^>]* (src|style|on\w+)=[^>]*>|<link(?! rel="icon" href="data:)[^>]*>/g),
      null, page);
  }
});

for (const colorScheme of ["light", "dark"]) {
  onPage(`all text can be read in ${colorScheme} colours`, "index.html", async (tab) => {
    await tab.click(".encode summary");
    await enter(tab, "0xe100000000000c01");
    for (const page of [null, "compressed-clusters.html", "cases.html"]) {
      if (page) await tab.goto(pageUrl(page));
      assert.deepEqual(await tab.evaluate(tooFaint), []);
    }
  }, { colorScheme });
}

// Runs in the page: the texts whose contrast with their background is below 4.5.
function tooFaint() {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).map((channel) => channel / 255)
      .map((channel) => channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const background = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((channels(colour)[3] ?? 1) > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = new Set();
  for (const element of document.querySelectorAll("body *")) {
    if (!element.checkVisibility() || ![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
      continue;
    const [low, high] =
      [luminance(getComputedStyle(element).color), luminance(background(element))].sort((a, b) => a - b);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < 4.5) found.add(`${element.tagName}.${element.className} ${contrast.toFixed(2)}`);
  }
  return [...found];
}

onPage("the colours follow the system until the reader chooses, and the choice lasts", "index.html", async (tab) => {
  const paper = () => tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await paper();
  await tab.emulateMedia({ colorScheme: "light" });
  const light = await paper();
  assert.notEqual(dark, light);
  await tab.click("#theme");
  await tab.click("#theme");
  assert.equal(await paper(), dark);
  await tab.goto(pageUrl("erratum.html"));
  assert.equal(await paper(), dark);
  await tab.click("#theme");
  assert.equal(await paper(), light);
}, { colorScheme: "dark" });

onPage("no page is wider than its screen, from 320 pixels on", "index.html", async (tab) => {
  const pages = await tab.$$eval(".top nav a", (links) => links.map((link) => link.getAttribute("href")));
  for (const page of [...pages, "index.html#cluster_bits=9&entry=0xffffffffffffffff"]) {
    await tab.goto(pageUrl(page));
    for (const width of [320, 390, 768, 1440]) {
      await tab.setViewportSize({ width, height: 800 });
      const [content, screen] =
        await tab.evaluate(() => [document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]);
      assert.ok(content <= screen, `${page}: ${content} pixels on ${screen}`);
    }
  }
});
