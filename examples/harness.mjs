// Judges a reader by the plain index of an exported corpus: node harness.mjs CORPUS UNCLAIMED READER...
// harness.py says what the arguments and the exit status mean. A library takes the place of readDisk().

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [corpus, unclaimed, program, ...words] = process.argv.slice(2);

/** accepted, reject, or what else happened. */
function readDisk(image, out) {
  const { status, signal } = spawnSync(program, [...words, image, out], { stdio: "ignore" });
  return { 0: "accepted", 1: "reject" }[status] ?? `crash, exit status ${status ?? signal}`;
}

function judge(answer, expected, features, out) {
  if (answer.startsWith("crash")) return answer;
  if (expected.includes(answer) || expected[0] === "any") return "pass";
  if (answer === "reject") return features.length ? "unsupported" : "a good image was refused";
  const disks = expected.filter((word) => word !== "reject");
  if (!disks.length) return "a bad image was accepted";
  if (!existsSync(out)) return "wrong bytes";
  const given = readFileSync(out);
  return disks.some((disk) => readFileSync(join(corpus, disk)).equals(given)) ? "pass" : "wrong bytes";
}

const counts = { pass: 0, fail: 0, unsupported: 0 };
let ran = 0;
let mustFailed = false;
const folder = mkdtempSync(join(tmpdir(), "harness-"));
const out = join(folder, "disk.raw");
for (const line of readFileSync(join(corpus, "index.tsv"), "utf8").trimEnd().split("\n").slice(1)) {
  const [name, level, features, image, read] = line.split("\t");
  if (read === "-") continue;
  const answer = readDisk(join(corpus, image), out);
  const notClaimed = features.split(",").filter((feature) => unclaimed.split(",").includes(feature));
  const found = judge(answer, read.split("|"), notClaimed, out);
  rmSync(out, { force: true });
  ran += 1;
  counts[found in counts ? found : "fail"] += 1;
  if (found in counts) continue;
  console.log(`${name} (${level}): ${found}`);
  mustFailed ||= level === "must";
}
rmSync(folder, { recursive: true });
console.log(Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(", "));
process.exit(ran ? Number(mustFailed) : 2);
