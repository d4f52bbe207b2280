// Bytes in rows of 16: those of the image with their meaning, and two disks beside each other.
const ROW = 16;
const bytesOf = (hex) => (hex.match(/../g) ?? []);
const character = (byte) => {
  const code = parseInt(byte, 16);
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : "·";
};
const address = (offset) => `0x${offset.toString(16).padStart(8, "0")}`;

// Runs of bytes of one class become one element, so that a row has few of them.
function runs(bytes, classOf, text) {
  const found = [];
  bytes.forEach((byte, i) => {
    const name = classOf(i);
    if (found.length > 0 && found.at(-1).name === name) found.at(-1).text += text(byte);
    else found.push({ name, text: text(byte) });
  });
  return found.map(({ name, text: words }) => (name ? h("span", { class: name }, words) : words));
}

function row(offset, bytes, classOf, label) {
  const gap = " ".repeat((ROW - bytes.length) * 3);
  return [
    h("span", { class: "at" }, address(offset)), "  ", runs(bytes, classOf, (byte) => `${byte} `), gap, " ",
    runs(bytes, classOf, character), " ".repeat(ROW - bytes.length),
    label ? [" ", h("span", { class: "label" }, `  ${label}`)] : [], "\n"
  ];
}

// One region of the image; marks are [start, length, role, label].
function region({ title, note, pieces, marks }) {
  const spans = marks.map(
    ([start, length, role, label]) => ({ start: BigInt(start), end: BigInt(start) + BigInt(length), role, label }));
  const rows = pieces.flatMap(([start, hex], number) => {
    const first = BigInt(start);
    const bytes = bytesOf(hex);
    const lines = number > 0 ? ["⋮\n"] : [];
    const seen = new Set();
    for (let at = 0; at < bytes.length; at += ROW) {
      const begin = first + BigInt(at);
      const found =
        bytes.slice(at, at + ROW)
          .map((_, i) => spans.find((mark) => mark.start <= begin + BigInt(i) && mark.end > begin + BigInt(i)));
      const fresh = found.filter((mark) => mark && !seen.has(mark) && seen.add(mark));
      lines.push(row(begin, bytes.slice(at, at + ROW), (i) => found[i]?.role ?? "",
        fresh.map((mark) => (mark.start < begin + BigInt(found.indexOf(mark)) ? "… " : "") + mark.label).join(" · ")));
    }
    return lines;
  });
  return h("section", { class: "region" }, title && h("h3", {}, title), note && h("p", { class: "refused" }, note),
    rows.length > 0 && h("div", { class: "hex", tabindex: "0", role: "group", "aria-label": `Bytes: ${title}` }, rows));
}

// Expected and got from the first byte that differs, with the right bytes before it.
function difference({ diff: [offset, expected, got], before = "", status }) {
  const at = BigInt(offset);
  const [right, wrong, lead] = [bytesOf(expected), bytesOf(got), bytesOf(before)];
  const differs = (i) => (right[i] !== wrong[i] ? "wrong" : "");
  return h("div", { class: "hex", tabindex: "0", role: "group", "aria-label": "The bytes that differ" },
    lead.length > 0 && ["both      ", row(at - BigInt(lead.length), lead, () => "")],
    right.length > 0 ? ["expected  ", row(at, right, (i) => (right[i] !== wrong[i] ? "right" : ""))]
      : status.name === "wrong-accept"
      ? ["expected  ", h("span", { class: "at" }, "a refusal: there are no bytes to return\n")]
      : ["expected  ", h("span", { class: "at" }, "the end of the data\n")],
    wrong.length > 0 ? ["got       ", row(at, wrong, differs)]
                     : ["got       ", h("span", { class: "wrong" }, "the end of the data"), "\n"]);
}

// The 64 bits of an L2 entry, coloured by field.
function bits({ value, x }) {
  const entry = BigInt(value);
  const field = (bit) => (bit >= 62 ? "f-flag" : x === undefined ? "" : bit >= x ? "f-size" : "f-offset");
  const byte = (number) =>
    h("span", { class: "byte" }, h("b", {}, (entry >> BigInt(number * 8) & 255n).toString(16).padStart(2, "0")),
      [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => h("i", { class: field(number * 8 + bit), title: `bit ${number * 8 + bit}` },
                                     String(entry >> BigInt(number * 8 + bit) & 1n))));
  return h(
    "div", { class: "bits", role: "img", "aria-label": `The bits of ${value}` }, [7, 6, 5, 4, 3, 2, 1, 0].map(byte));
}

function descriptor(entry) {
  if (entry.x === undefined) return [bits(entry), h("p", {}, h("code", {}, entry.value), `: ${entry.kind}`)];
  const begin = BigInt(entry.host_offset);
  const inSector = begin % 512n;
  const sectors = BigInt(entry.additional_sectors) + 1n;
  return [
    bits(entry),
    h("p", { class: "key" }, h("span", { class: "f-flag" }, "bits 63, 62"),
      h("span", { class: "f-size" }, `size field: bits ${entry.x}–61`),
      h("span", { class: "f-offset" }, `host_offset: bits 0–${entry.x - 1}`)),
    facts([
      ["l2_entry", h("code", {}, entry.value)],
      ["host_offset", h("code", {}, `${entry.host_offset} (${begin}), byte ${inSector} of its sector`)],
      ["additional_sectors", h("code", {}, `${entry.additional_sectors}, so ${sectors} sectors`)],
      ["available_bytes", h("code", {}, `${sectors} * 512 - ${inSector} = ${entry.available_bytes}`)],
      ["extent", h("code", {}, `[${entry.host_offset}, ${entry.extent_end})`)],
      [
        "stream",
        entry.stream &&
          h("code", {},
            `${entry.stream[1]} bytes from ${entry.stream[0]} on; ` +
              (entry.needed === undefined ? "all of them do not give a cluster"
                                          : `${entry.needed} of them give the cluster`))
      ]
    ])
  ];
}
