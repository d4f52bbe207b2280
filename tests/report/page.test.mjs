// report.html in headless Chromium, from disk: what it shows of a wrong reader, that it is to be had by keyboard, that
// text is never markup, that no host is asked, and that 15 implementations on all cases are there.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { AXE, launch, missingBrowser } from "../site/browser.mjs";
import { check } from "../site/checks.mjs";

const FOLDER = process.env.QCOW2_REPORT ?? "build/release/report-test";
const file = (which) => path.resolve(FOLDER, which, "report.html");
const reason = missingBrowser() ||
  (existsSync(file("many")) ? "" : `no reports in ${FOLDER} (python3 -m tests.report.make ${FOLDER})`);
let browser;
before(async () => { if (!reason) browser = await launch(); });
after(async () => browser?.close());

// A tab on a report; any request that leaves the disk, any message of the console, any error fails.
function onReport(name, which, hash, body, options = {}) {
  check(name, reason, async () => {
    const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...options });
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
      await tab.goto(pathToFileURL(file(which)).href + hash);
      await tab.waitForSelector("html[data-ready]");
      await body(tab, context);
      assert.deepEqual(complaints, []);
    } finally {
      await context.close();
    }
  });
}

const texts = (tab, selector) => tab.$$eval(selector, (found) => found.map((one) => one.textContent));
const cell = (row, implementation) => `tr[data-row="${row}"] a[aria-label^="${implementation}, "]`;

onReport(
  "the matrix puts the implementation with wrong bytes first, and no row of it is green", "run", "#/", async (tab) => {
    assert.deepEqual(await texts(tab, "thead th a"), ["wrong", "model"]);
    await tab.uncheck("#filter-fold");
    const shown = await tab.locator(cell("one-byte-short", "wrong")).first();
    assert.match(await shown.getAttribute("class"), /s-wrong-accept/);
    assert.match(await tab.locator(cell("one-byte-short", "model")).first().getAttribute("class"), /s-pass/);
  });

onReport(
  "what is not run is never green, and a cell of which a part was not run says so", "run", "#/?fold=0", async (tab) => {
    const partial =
      await tab.$$eval(".in-part", (found) => found.map((one) => [one.textContent, getComputedStyle(one).color]));
    const pass = await tab.$eval(".s-pass:not(.in-part)", (one) => getComputedStyle(one).color);
    for (const [text, colour] of partial) {
      assert.match(text, /·/);
      assert.notEqual(colour, pass);
    }
  });

onReport("wrong data stands out most: only the two statuses that invent bytes are red, an unnoticed flaw is apart",
  "many", "#/?fold=0", async (tab) => {
    const colours = await tab.evaluate(() => Object.fromEntries([
      "wrong-data", "wrong-accept", "flaw-unnoticed", "wrong-reject", "crash", "pass", "not-run", "unsupported"
    ].map((name) => [name, getComputedStyle(document.querySelector(`.grid .s-${name}`)).backgroundColor])));
    assert.equal(colours["wrong-data"], colours["wrong-accept"]);
    for (const [name, colour] of Object.entries(colours))
      if (!["wrong-data", "wrong-accept"].includes(name)) assert.notEqual(colour, colours["wrong-data"], name);
    for (const [name, colour] of Object.entries(colours))
      if (name !== "flaw-unnoticed") assert.notEqual(colour, colours["flaw-unnoticed"], name);
  });

onReport("a cell's page says which byte is wrong, what it should be, by which rule, and how to see it again", "run",
  "#/cell/no-final-block/wrong", async (tab) => {
    const main = await tab.textContent("main");
    assert.match(main, /Guest byte 0x1002 is the first that is wrong/);
    const [both, expected, got] = (await tab.textContent('.finding .hex')).split("\n");
    assert.match(both, /both\s+0x00000ff2/);
    const byte = (line) => line.match(/0x00001002\s+([0-9a-f]{2})/)[1];
    assert.equal(parseInt(byte(expected), 16) ^ parseInt(byte(got), 16), 0xff);
    assert.match(main, /deflate-no-final/);
    assert.match(main, /qcow2-conform run --read-cmd .*wrong_reader\.py.* --case no-final-block/);
    assert.match(main, /sectors-beyond-first/, "the model's way, with its clauses");
  });

onReport("the L2 entry is shown bit by bit, and its fields are those of the model", "run",
  "#/cell/no-final-block/wrong", async (tab) => {
    const bits = (await texts(tab, ".bits i")).join("");
    assert.equal(bits.length, 64);
    const main = await tab.textContent("main");
    assert.ok(main.includes(`0x${BigInt(`0b${bits}`).toString(16).padStart(16, "0")}`));
    assert.match(main, /host_offset0x60098 \(393368\), byte 152 of its sector/);
  });

onReport("the bytes of the image stand with their meaning: descriptor, stream", "run", "#/cell/no-final-block/wrong",
  async (tab) => {
    assert.ok((await texts(tab, ".hex .descriptor")).join(" ").startsWith("53 80 00 00 00 06 00 98"));
    assert.ok((await texts(tab, ".hex .stream")).length > 0);
    assert.equal(await tab.$eval("details", (one) => one.open), false);
  });

onReport("rows with the same outcome fold into one, and open again", "run", "#/", async (tab) => {
  const folded = tab.locator("tr[data-fold]").first();
  const count = Number(await folded.getAttribute("data-fold"));
  const before_ = await tab.locator("tbody tr").count();
  await folded.locator("button").click();
  assert.equal(await tab.locator("tbody tr").count(), before_ + count);
  await folded.locator("button").click();
  assert.equal(await tab.locator("tbody tr").count(), before_);
});

onReport("filters by family, level, status, implementation and words leave what they say, and the address keeps them",
  "many", "#/cases", async (tab) => {
    const shown = async () => Number((await tab.textContent("#shown")).split(" ")[0]);
    const all = await shown();
    assert.ok(all > 250, `${all} cases`);
    await tab.selectOption("#filter-family", "size-field");
    const family = await shown();
    assert.ok(family > 0 && family < all);
    await tab.selectOption("#filter-status", "failing");
    await tab.selectOption("#filter-implementation", "reader-14");
    assert.deepEqual(await texts(tab, "thead th a"), ["reader-14"]);
    assert.ok((await shown()) < family);
    for (const name of await tab.$$eval(
           ".grid tbody td > a, .grid tbody td > span", (found) => found.map((one) => one.className)))
      assert.match(name, /s-[2-5]/);
    await tab.reload();
    assert.equal(await tab.inputValue("#filter-family"), "size-field");
    await tab.selectOption("#filter-status", "all");
    await tab.fill("#filter-q", "one-byte-too-few");
    assert.equal(await shown(), 1);
    await tab.fill("#filter-q", "no such words anywhere");
    assert.equal(await shown(), 0);
  });

onReport("everything is to be had by keyboard", "run", "#/?fold=0", async (tab) => {
  await tab.keyboard.press("/");
  assert.equal(await tab.evaluate(() => document.activeElement.id), "filter-q");
  await tab.locator('tbody [tabindex="0"]').focus();
  await tab.keyboard.press("ArrowRight");
  await tab.keyboard.press("ArrowRight");
  await tab.keyboard.press("ArrowDown");
  const at = await tab.evaluate(() => document.activeElement.getAttribute("aria-label"));
  assert.match(at, /^model, /);
  await tab.keyboard.press("Enter");
  await tab.waitForFunction(() => location.hash.startsWith("#/cell/"));
  await tab.keyboard.press("Escape");
  await tab.waitForFunction(() => location.hash === "#/?fold=0");
});

onReport("filters and the focus are what they were after Esc, and after Back", "many", "#/cases", async (tab) => {
  await tab.selectOption("#filter-family", "size-field");
  await tab.selectOption("#filter-status", "failing");
  const filtered = await tab.textContent("#shown");
  for (const leave of [() => tab.keyboard.press("Escape"), () => tab.goBack()]) {
    const opened = await tab.locator(".grid tbody td a").first().getAttribute("href");
    await tab.locator(".grid tbody td a").first().click();
    await tab.waitForFunction(() => location.hash.startsWith("#/cell/"));
    assert.equal(await tab.evaluate(() => document.activeElement.id), "main");
    await leave();
    await tab.waitForFunction(() => location.hash.startsWith("#/cases"));
    assert.equal(await tab.inputValue("#filter-family"), "size-field");
    assert.equal(await tab.textContent("#shown"), filtered);
    assert.equal(await tab.evaluate(() => document.activeElement.getAttribute("href")), opened);
  }
});

onReport("an implementation's page begins with the failure that explains most, its byte, rule and command", "run",
  "#/implementation/wrong", async (tab) => {
    const start = await tab.textContent(".start");
    assert.match(start, /Start here: [a-z0-9-]+/);
    assert.match(start, /explains \d+ of the other \d+ failing cases/);
    assert.match(start, /Guest byte 0x/);
    assert.match(start, /qcow2-conform run .* --case [a-z0-9-]+ --out \S+\/again/);
    await tab.click(".start h2 a");
    await tab.waitForFunction(() => location.hash.startsWith("#/cell/"));
  });

onReport("a report of one reader opens on its page, and the matrix is one step away", "one", "", async (tab) => {
  assert.equal(await tab.textContent("h1"), "wrong");
  assert.ok(await tab.isVisible(".start"));
  await tab.click("header nav >> text=Cases");
  await tab.waitForSelector(".grid");
  assert.deepEqual(await texts(tab, "thead th a"), ["wrong"]);
});

onReport("clauses and cases link to where the site is published", "one", "#/cell/no-final-block/wrong", async (tab) => {
  const links = await tab.$$eval("a.published", (found) => found.map((one) => one.href));
  assert.ok(links.includes("https://example.org/qcow2/cases.html#no-final-block"), links.join(" "));
  assert.ok(links.includes("https://example.org/qcow2/compressed-clusters.html#deflate-no-final"), links.join(" "));
});

onReport("without such an address there are no such links", "run", "#/cell/no-final-block/wrong",
  async (tab) => assert.equal(await tab.locator("a.published").count(), 0));

onReport("a command is copied by its button", "run", "#/cell/no-final-block/wrong", async (tab, context) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await tab.locator(".copy").first().click();
  await tab.waitForSelector("[role=status]:text('copied')");
  assert.equal(await tab.evaluate(() => navigator.clipboard.readText()), await tab.textContent(".command pre"));
});

onReport("words of our own are explained where they stand", "run", "#/cell/one-byte-short/wrong", async (tab) => {
  await tab.click("main >> text=valid twin");
  await tab.waitForFunction(() => document.querySelector("h1").textContent === "Words of this report");
  assert.ok(await tab.isVisible("dt:text-is('valid twin')"));
});

onReport("on paper there is all of the matrix and nothing to press", "run", "#/cases", async (tab) => {
  await tab.emulateMedia({ media: "print" });
  for (const selector of ["header nav", "#filters", "#theme"])
    assert.equal(await tab.isVisible(selector), false, selector);
  assert.equal(await tab.$eval(".grid", (grid) => grid.scrollHeight > grid.clientHeight), false);
});

// Of the report of all cases only two pages: axe takes minutes for a matrix of 11,000 cells.
const PAGES = ["#/", "#/cases?fold=0", "#/clauses", "#/cell/no-final-block/wrong", "#/case/one-byte-short",
               "#/clause/deflate-no-final", "#/implementation/wrong"];
for (const scheme of ["light", "dark"])
  for (const [which, hashes] of [["run", PAGES], ["many", ["#/words", "#/versions"]]])
    onReport(`axe finds nothing serious in ${which}, ${scheme}`, which, hashes[0], async (tab) => {
      await tab.evaluate(readFileSync(AXE, "utf8"));
      for (const hash of hashes) {
        await tab.evaluate((to) => { location.hash = to; }, hash);
        await tab.waitForTimeout(50);
        const { violations } = await tab.evaluate(() => window.axe.run());
        const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
        assert.deepEqual(serious.map(({ id, nodes }) => `${hash} ${id}: ${nodes[0].html}`), []);
      }
    }, { colorScheme: scheme });

onReport("n goes from failure to failure, the worst first", "run", "#/implementation/wrong", async (tab) => {
  const page = await tab.textContent("h1");
  await tab.locator("tbody td a").first().click();
  await tab.waitForFunction((before_) => document.querySelector("h1").textContent !== before_, page);
  const first = await tab.textContent("h1");
  await tab.keyboard.press("n");
  await tab.waitForFunction((before_) => document.querySelector("h1").textContent !== before_, first);
  await tab.keyboard.press("p");
  await tab.waitForFunction((before_) => document.querySelector("h1").textContent === before_, first);
});

onReport("clauses have a matrix and pages of their own", "run", "#/clauses?fold=0", async (tab) => {
  await tab.click('tr[data-row="incomplete-refused"] th a');
  await tab.waitForFunction(() => document.querySelector("h1").textContent === "incomplete-refused");
  assert.ok((await texts(tab, "tbody tr[data-row] th a")).includes("one-byte-short"));
});

onReport("text of a program is text, whatever it says", "many", "#/implementation/reader-14", async (tab) => {
  assert.equal(await tab.locator("script").count(), 2);
  await tab.locator("tbody td a").first().click();
  await tab.waitForSelector(".finding");
  assert.ok((await tab.textContent("main")).includes("</script><script>alert(1)</script>"));
  assert.equal(await tab.locator("main script, main img").count(), 0);
});

onReport("a name that is not there is no error", "run", "#/cell/no-such-case/%E0%A4%A", async (tab) => {
  assert.match(await tab.textContent("h1"), /There is no such page/);
});

onReport("versions of a program stand beside each other, oldest first, in what they answer differently", "many", "#/",
  async (tab) => {
    await tab.click("header nav >> text=Versions");
    await tab.waitForFunction(() => document.querySelector("h1").textContent === "reader over its versions");
    assert.deepEqual(await texts(tab, ".grid thead th a"), ["reader-9", "reader-13", "reader-14"]);
    assert.deepEqual(await texts(tab, "#summary .who a"), ["reader-9", "reader-13", "reader-14"]);
    const rows = await tab.$$eval(".grid tr[data-row]",
      (found) => found.map(
        (row) => [...row.querySelectorAll("td a")].map((one) => one.getAttribute("aria-label").split(": ")[1])));
    const alike = rows.filter((row) => new Set(row).size === 1);
    assert.ok(rows.length > 20 && alike.length === 0, `${rows.length} rows, ${alike.length} of them alike`);
  });

onReport("a report without several versions of anything does not offer them", "run", "#/versions", async (tab) => {
  assert.deepEqual(await texts(tab, "header nav a"), ["Cases", "Clauses", "Words"]);
  assert.match(await tab.textContent("h1"), /There is no such page/);
});

for (const scheme of ["light", "dark"])
  for (const width of [1400, 390])
    onReport(`nothing is wider than a window of ${width}, ${scheme}`, "run", "#/", async (tab) => {
      for (const hash of ["#/", "#/clauses", "#/cell/no-final-block/wrong", "#/case/no-final-block",
             "#/clause/deflate-no-final", "#/implementation/wrong"]) {
        await tab.evaluate((to) => { location.hash = to; }, hash);
        await tab.waitForTimeout(50);
        assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), hash);
      }
      const [ink, paper] = await tab.evaluate(
        () => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor].map(
          (colour) => colour.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)));
      assert.ok(scheme === "dark" ? ink > paper + 300 : paper > ink + 300);
    }, { viewport: { width, height: 900 }, colorScheme: scheme });

// Other tests may keep the machine busy: what counts is the time of the processor, and of it all until every row is
// there.
onReport("15 implementations on all cases are there", "many", "#/", async (tab) => {
  await tab.waitForFunction(() => document.querySelectorAll(".grid tr.group").length ===
      new Set([...document.querySelectorAll("#filter-family option")]).size - 1);
  assert.equal((await texts(tab, "thead th a")).length, 15);
});
