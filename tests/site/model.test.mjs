// The module that the page carries answers as qcow2-model does, to the last bit, and text becomes a number exactly or
// not at all. Needs the built site and qcow2-model; no browser.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { check } from "./checks.mjs";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const PAGE = path.join(process.env.QCOW2_SITE ?? path.join(ROOT, "build/site"), "index.html");
const MODEL = process.env.QCOW2_MODEL ?? path.join(ROOT, "build/release/bin/qcow2-model");
const ALL = Array.from({ length: 13 }, (_, index) => index + 9);

const missingSite = existsSync(PAGE) ? "" : `no site at ${PAGE} (site/build)`;
const missing = missingSite || (existsSync(MODEL) ? "" : `no qcow2-model at ${MODEL}`);

const base64 =
  missingSite ? "" : readFileSync(PAGE, "utf8").match(/<script type="application\/wasm-base64"[^>]*>([^<]+)</)[1];
const scripts =
  ["model", "input"].map((name) => readFileSync(path.join(ROOT, `site/explorer/${name}.js`), "utf8")).join("\n");
const page = new Function(`${scripts}; return { loadModel, fieldsOf, fieldsBefore, parseNumber };`)();

function command(...words) {
  try {
    return JSON.parse(
      execFileSync(MODEL, [...words, "--json"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  } catch (error) {
    if (error.status === 1) return error.stdout ? JSON.parse(error.stdout) : null;
    throw error;
  }
}

// Corners, and entries without a pattern (a multiplicative generator, the same each time).
function entries(clusterBits) {
  const x = BigInt(62 - (clusterBits - 8));
  const chosen = [
    0n, 1n, 1n << 62n, 1n << 63n, 3n << 62n, (1n << 64n) - 1n, (1n << 63n) - 1n, 0x6000000000000bfen,
    1n << 62n | 1n << x, 1n << 62n | (1n << x) - 1n, 1n << 62n | 511n, 1n << 62n | 1n << 56n, 0x8000000000050000n,
    0x1fen
  ];
  let state = 0x9e3779b97f4a7c15n + BigInt(clusterBits);
  for (let index = 0; index < 8; index += 1) {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    chosen.push(state, state | 1n << 62n);
  }
  return chosen;
}

check("the module imports nothing", missingSite, () => {
  const module = new WebAssembly.Module(Buffer.from(base64, "base64"));
  assert.deepEqual(WebAssembly.Module.imports(module), []);
});

check("the module decodes as qcow2-model does", missing, async () => {
  const model = await page.loadModel(base64);
  let compressed = 0;
  for (const bits of ALL) {
    for (const entry of entries(bits)) {
      const told = command("decode", "--cluster-bits", bits, `0x${entry.toString(16)}`);
      const where = `0x${entry.toString(16)} at cluster_bits ${bits}`;
      assert.equal(model.kind(entry, bits), told.kind, where);
      const violations = told.violations.map(({ rule, detail }) => ({ rule, detail }));
      assert.deepEqual(model.violations(entry, bits), violations, where);
      if (told.kind !== "compressed") {
        assert.equal(model.tableOffset(entry), BigInt(told.host_offset_hex), where);
        continue;
      }
      compressed += 1;
      assert.deepEqual(model.corrected(entry, bits), {
        hostOffset: BigInt(told.host_offset_hex), additionalSectors: BigInt(told.additional_sectors),
        sectorCount: BigInt(told.sector_count), availableBytes: BigInt(told.available_bytes),
        extentEnd: BigInt(told.host_offset_hex) + BigInt(told.available_bytes),
      }, where);
      const before = told.before_correction;
      assert.deepEqual(model.before(entry, bits), {
        hostOffset: BigInt(before.host_offset_hex), sizeField: BigInt(before.size_field),
        asCount: BigInt(before.available_bytes_as_count), asAdditional: BigInt(before.available_bytes_as_additional),
      }, where);
    }
  }
  assert.ok(compressed > 100, `${compressed} compressed entries`);
});

check("the module encodes as qcow2-model does", missing, async () => {
  const model = await page.loadModel(base64);
  for (const bits of ALL) {
    const size = 1n << BigInt(bits);
    const top = 1n << BigInt(Math.min(62 - (bits - 8), 56));
    for (const offset of [0n, 3070n, 0x50123n, top - 1n, top, (1n << 64n) - 1n]) {
      for (const length
             of [0n, 1n, 15n, size, 2n * size - offset % 512n, 2n * size - offset % 512n + 1n, (1n << 64n) - 1n]) {
        const told = command("encode", "--cluster-bits", bits, "--host-offset", offset, "--length", length);
        const wanted = told?.l2_entry ? BigInt(told.l2_entry) : null;
        assert.equal(model.encode(offset, length, bits), wanted, `${length} bytes at ${offset}, cluster_bits ${bits}`);
      }
    }
  }
});

check("each bit belongs to the field that the formula says, under both readings", missingSite, async () => {
  const model = await page.loadModel(base64);
  for (const bits of ALL) {
    const x = 62 - (bits - 8);
    const now = page.fieldsOf(model, 1n << 62n, bits);
    const then = page.fieldsBefore(model, bits);
    for (let bit = 0; bit < 62; bit += 1) {
      assert.equal(now[bit].name, bit < x ? "host_offset" : "additional_sectors", `bit ${bit}, cluster_bits ${bits}`);
      assert.equal(now[bit].mustBeZero, bit >= 56 && bit < x, `bit ${bit}, cluster_bits ${bits}`);
      assert.equal(then[bit].name, bit <= x ? "host_offset" : "size", `bit ${bit}, cluster_bits ${bits}`);
    }
    assert.deepEqual([now[62].name, now[63].name, now[63].mustBeZero], ["compressed", "copied", true]);
  }
  const standard = page.fieldsOf(model, 0n, 16).map(({ name, mustBeZero }) => mustBeZero ? `${name}!` : name);
  assert.deepEqual(standard, [
    "zero", ...Array(8).fill("reserved!"), ...Array(47).fill("host_offset"), ...Array(6).fill("reserved!"),
    "compressed", "copied"
  ]);
});

check("text becomes a number exactly", "", () => {
  const exact = {
    "0x6000000000000bfe": 0x6000000000000bfen,
    " 18446744073709551615 ": (1n << 64n) - 1n,
    "0XFF": 255n,
    "0b101": 5n,
    "0x6000_0000_0000_0bfe": 0x6000000000000bfen,
    "60 00 00 00 00 00 0b fe": 0x6000000000000bfen,
    "9007199254740993": 9007199254740993n,
    "0": 0n,
    "007": 7n,
    "0x00000000000000000000000000000000000001": 1n
  };
  for (const [text, value] of Object.entries(exact))
    assert.deepEqual(page.parseNumber(text, "a number"), { value }, text);
});

check("hostile text is answered with a sentence", "", () => {
  const hostile = [
    "", " ", "0x", "0b", "-1", "+1", "1e3", "1.5", ".", "NaN", "Infinity", "null", "0x10000000000000000",
    "18446744073709551616", "6000000000000bfe", "0x6000000000000bfg", "0b2", "0o7", "１２", "٣",
    "<script>alert(1)</script>", "1n", "0x__1", "_1", "1_", "1 2", "60 00", "\u202e1", "1\u0000", "{}", "[]",
    "9".repeat(50), "9".repeat(1000000),
    "0x" +
      "f".repeat(99)
  ];
  for (const text of hostile) {
    const { value, error } = page.parseNumber(text, "a number");
    assert.equal(value, undefined, text.slice(0, 50));
    assert.match(error, /^[^\p{C}]{10,200}[.]$/u, text.slice(0, 50));
    assert.doesNotMatch(error, /undefined|NaN is|SyntaxError/);
  }
});
