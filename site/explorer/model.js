// The model in WebAssembly, as functions of BigInts. No rule of the format is written in JavaScript: even which field
// a bit belongs to is found by asking the model what the bit alone changes.

async function loadModel(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const wasm = instance.exports;
  wasm._initialize();

  const unsigned = (value) => BigInt.asUintN(64, value);
  const text = (pointer) => new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, pointer, wasm.text_length()));

  const model = {
    clusterBitsMin: wasm.cluster_bits_min(),
    clusterBitsMax: wasm.cluster_bits_max(),
    sectorSize: unsigned(wasm.sector_size()),
    clusterSize: (bits) => unsigned(wasm.cluster_size(bits)),
    additionalSectorsMax: (bits) => unsigned(wasm.additional_sectors_max(bits)),
    kind: (entry, bits) => text(wasm.kind(entry, bits)),

    violations(entry, bits) {
      return Array.from({ length: wasm.violations(entry, bits) }, (_, index) => ({
        rule: text(wasm.violation_rule(index)),
        detail: text(wasm.violation_detail(index)),
      }));
    },

    // Of an entry whose kind is compressed.
    corrected: (entry, bits) => ({
      hostOffset: unsigned(wasm.host_offset(entry, bits)),
      additionalSectors: unsigned(wasm.additional_sectors(entry, bits)),
      sectorCount: unsigned(wasm.sector_count(entry, bits)),
      availableBytes: unsigned(wasm.available_bytes(entry, bits)),
      extentEnd: unsigned(wasm.extent_end(entry, bits)),
    }),
    before: (entry, bits) => ({
      hostOffset: unsigned(wasm.before_host_offset(entry, bits)),
      sizeField: unsigned(wasm.before_size_field(entry, bits)),
      asCount: unsigned(wasm.before_as_count(entry, bits)),
      asAdditional: unsigned(wasm.before_as_additional(entry, bits)),
    }),
    tableOffset: (entry) => unsigned(wasm.table_offset(entry)),

    // null where no entry can say it
    encode: (hostOffset, length, bits) => unsigned(wasm.encode(hostOffset, length, bits)) || null,
  };
  model.compressedFlag = Array.from({ length: 64 }, (_, bit) => 1n << BigInt(bit))
    .find((flag) => model.kind(flag, model.clusterBitsMin) === "compressed");
  return model;
}

// The field of each bit, 0 to 63, under the corrected text: {name, mustBeZero}.
function fieldsOf(model, entry, bits) {
  const compressed = model.kind(entry, bits) === "compressed";
  const base = compressed ? model.compressedFlag : 0n;
  return Array.from({ length: 64 }, (_, bit) => {
    const flag = 1n << BigInt(bit);
    if (flag === model.compressedFlag) return { name: "compressed", mustBeZero: false };
    const rules = model.violations(base | flag, bits).map((violation) => violation.rule);
    const mustBeZero = rules.some((rule) => rule !== "standard-cluster");
    return { name: compressed ? compressedField(model, flag, bits) : standardField(model, flag, bits), mustBeZero };
  });
}

function compressedField(model, flag, bits) {
  const reading = model.corrected(flag, bits);
  if (reading.hostOffset !== 0n) return "host_offset";
  return reading.additionalSectors !== 0n ? "additional_sectors" : "copied";
}

function standardField(model, flag, bits) {
  if (model.tableOffset(flag) !== 0n) return "host_offset";
  if (model.kind(flag, bits) === "zero") return "zero";
  return model.violations(flag, bits).length ? "reserved" : "copied";
}

// The same under the text before its correction, which spoke of compressed entries only in this way.
function fieldsBefore(model, bits) {
  return Array.from({ length: 64 }, (_, bit) => {
    const flag = 1n << BigInt(bit);
    if (flag === model.compressedFlag) return { name: "compressed", mustBeZero: false };
    const reading = model.before(flag, bits);
    if (reading.hostOffset !== 0n) return { name: "host_offset", mustBeZero: false };
    return { name: reading.sizeField !== 0n ? "size" : "copied", mustBeZero: false };
  });
}
