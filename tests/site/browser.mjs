// What the tests in a browser and the screenshots share: a headless Chromium on the built site, or the reason why not.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const SITE = path.resolve(process.env.QCOW2_SITE ?? path.join(ROOT, "build/site"));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const MODULES = path.join(ROOT, "build/site-test/node_modules");
const PLAYWRIGHT = path.join(MODULES, "playwright-core/package.json");
export const AXE = path.join(MODULES, "axe-core/axe.min.js");

// Chromium keeps to itself: nothing in the background, no protocol but the one asked for.
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export function pageUrl(page) {
  const [file, fragment] = page.split(/#(.*)/s);
  return pathToFileURL(path.join(SITE, file)).href + (fragment === undefined ? "" : `#${fragment}`);
}

// The first thing that is not there, in words; "" when a test can run.
export function missingBrowser() {
  if (!existsSync(CHROMIUM)) return `no Chromium at ${CHROMIUM} (tests/site/install)`;
  if (!existsSync(PLAYWRIGHT) || !existsSync(AXE))
    return "no playwright-core or no axe-core in build/site-test (tests/site/install)";
  return "";
}

export function missing() {
  if (missingBrowser()) return missingBrowser();
  if (!existsSync(path.join(SITE, "index.html"))) return `no site in ${SITE} (site/build)`;
  return "";
}

// A browser with a fresh profile of its own.
export function launch() {
  const { chromium } = createRequire(PLAYWRIGHT)("playwright-core");
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}
