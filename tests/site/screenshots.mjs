// Pictures of the site for a person to look at: node tests/site/screenshots.mjs [FOLDER]   (default:
// build/site-test/pictures)
import { mkdirSync } from "node:fs";
import path from "node:path";
import { launch, missing, pageUrl } from "./browser.mjs";

const folder = process.argv[2] ?? "build/site-test/pictures";
const reason = missing();
if (reason) {
  console.error(reason);
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const views = [
  ["wide-light", { viewport: { width: 1440, height: 1100 }, colorScheme: "light" }],
  ["wide-dark", { viewport: { width: 1440, height: 1100 }, colorScheme: "dark" }],
  ["narrow-light", { viewport: { width: 390, height: 1200 }, colorScheme: "light", hasTouch: true }],
  ["narrow-dark", { viewport: { width: 390, height: 1200 }, colorScheme: "dark", hasTouch: true }],
];
const pages = [
  ["index", "index.html"],
  ["clauses", "index.html#clauses-title"],
  ["largest", "index.html#cluster_bits=21&entry=0x7ffe000000a00000"],
  ["violations", "index.html#cluster_bits=9&entry=0xe100000000000c01"],
  ["hostile", "index.html#cluster_bits=9&entry=<script>alert(1)</script>"],
  ["text", "compressed-clusters.html"],
  ["descriptor", "compressed-clusters.html#5-the-descriptor"],
  ["extent", "compressed-clusters.html#extent"],
  ["erratum", "erratum.html"],
  ["thread", "thread.html"],
  ["cases", "cases.html"],
];

const browser = await launch();
for (const [view, options] of views) {
  const context = await browser.newContext({ ...options, reducedMotion: "reduce" });
  for (const [name, page] of pages) {
    if (process.argv[3] && !`${view}-${name}`.match(process.argv[3])) continue;
    const tab = await context.newPage();
    await tab.goto(pageUrl(page));
    if (page.startsWith("index")) await tab.waitForSelector("#explorer[data-ready]", { state: "attached" });
    await tab.waitForTimeout(100);
    await tab.screenshot({ path: path.join(folder, `${name}-${view}.png`) });
    await tab.close();
  }
  await context.close();
}
await browser.close();
