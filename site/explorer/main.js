// The explorer's state is one L2 entry and cluster_bits, which stand in the address too; everything shown is asked of
// the model anew at each change. Text that is no entry clears what is shown: nothing stale stands beside an error.

const $ = (id) => document.getElementById(id);
const THREAD = { entry: 0x6000000000000bfen, clusterBits: 9 };

class Explorer {
  #model;
  #clauses;
  #bits;
  #state = THREAD;

  constructor(model, clauses) {
    this.#model = model;
    this.#clauses = clauses;
    this.#bits = new BitField($("bits"), (entry) => this.set({ ...this.#state, entry }));
    $("entry").addEventListener("input", () => this.#typed());
    $("cluster-bits").addEventListener("change", () => this.#typed());
    $("entry-form").addEventListener("submit", (event) => event.preventDefault());
    $("examples").addEventListener("click", (event) => this.#example(event.target.closest("button")));
    $("encode-form").addEventListener("submit", (event) => this.#encode(event));
    window.addEventListener("hashchange", () => this.#readAddress());
    this.set(THREAD, false);
    this.#readAddress();
  }

  set(state, remember = true) {
    this.#state = state;
    $("entry").value = hex(state.entry, 16);
    $("cluster-bits").value = state.clusterBits;
    this.#complain("");
    this.#show();
    if (remember) this.#writeAddress();
  }

  #typed() {
    const clusterBits = Number($("cluster-bits").value);
    const { value, error } = parseNumber($("entry").value, "an L2 entry");
    this.#complain(error ?? "");
    this.#state = { entry: value ?? this.#state.entry, clusterBits };
    if (error) return;
    this.#show();
    this.#writeAddress();
  }

  #complain(error) {
    $("entry-error").textContent = error;
    $("entry").setAttribute("aria-invalid", String(error !== ""));
    $("answer").hidden = error !== "";
  }

  #example(button) {
    if (!button) return;
    this.set({ entry: BigInt(button.dataset.entry), clusterBits: Number(button.dataset.clusterBits) });
  }

  #encode(event) {
    event.preventDefault();
    const offset = parseNumber($("encode-offset").value, "a host_offset");
    const length = parseNumber($("encode-length").value, "a length");
    const { clusterBits } = this.#state;
    const entry = offset.error || length.error ? null : this.#model.encode(offset.value, length.value, clusterBits);
    $("encode-error").textContent = offset.error ?? length.error ?? (entry !== null ? "" :
      `No entry with cluster_bits ${clusterBits} can say this; see writer-field-limits.`);
    if (entry !== null) this.set({ entry, clusterBits });
  }

  #show() {
    const { entry, clusterBits } = this.#state;
    const kind = this.#model.kind(entry, clusterBits);
    const compressed = kind === "compressed";
    const readings = [{ label: "corrected", fields: fieldsOf(this.#model, entry, clusterBits) }];
    if (compressed) readings.push({ label: "before 2018", fields: fieldsBefore(this.#model, clusterBits) });
    this.#bits.show(entry, readings);
    $("readings").replaceChildren();
    $("sectors").hidden = !compressed;
    $("strips").hidden = !compressed;
    if (compressed) this.#showCompressed(entry, clusterBits);
    else this.#showOther(entry, kind);
    this.#showViolations(this.#model.violations(entry, clusterBits));
    $("command").textContent = `qcow2-model decode --cluster-bits ${clusterBits} ${hex(entry, 16)}`;
  }

  #showCompressed(entry, clusterBits) {
    const corrected = this.#model.corrected(entry, clusterBits);
    const before = this.#model.before(entry, clusterBits);
    const most = this.#model.additionalSectorsMax(clusterBits);
    const moved = before.hostOffset !== corrected.hostOffset;
    $("readings")
      .append(card("corrected", "Corrected",
                [
                  ["host_offset", ...offset(corrected.hostOffset)],
                  ["additional_sectors", corrected.additionalSectors, `of at most ${most}`],
                  ["sector_count", corrected.sectorCount],
                  ["available_bytes", corrected.availableBytes],
                  ["extent", `[${corrected.hostOffset}, ${corrected.extentEnd})`],
                ]),
        card("before", "Before February 2018", [
          ["host_offset", ...offset(before.hostOffset), moved],
          ["size", before.sizeField, "", before.sizeField !== corrected.additionalSectors],
          [
            "available_bytes_as_count", before.asCount, "if the field counts all sectors",
            before.asCount !== corrected.availableBytes || moved
          ],
          [
            "available_bytes_as_additional", before.asAdditional, "if it counts additional sectors",
            before.asAdditional !== corrected.availableBytes || moved
          ],
        ]));
    this.#showSectors(clusterBits, corrected, before);
    $("summary").textContent = `A compressed cluster: ${corrected.availableBytes} bytes from host_offset ` +
      `${corrected.hostOffset} on, in ${corrected.sectorCount} ${corrected.sectorCount === 1n ? "sector" : "sectors"}.`;
  }

  #showSectors(clusterBits, corrected, before) {
    drawSectors($("sector-picture"), this.#model, clusterBits, corrected, [
      { label: "corrected", start: corrected.hostOffset, bytes: corrected.availableBytes, className: "now" },
      { label: "before, as a count", start: before.hostOffset, bytes: before.asCount, className: "then" },
      { label: "before, as additional", start: before.hostOffset, bytes: before.asAdditional, className: "then" },
    ]);
    const step = BigInt($("sector-picture").querySelector(".ruler").dataset.step);
    $("sector-scale").textContent = step === 1n ? "Each mark is a sector of 512 bytes." :
      `Each mark is ${step} sectors, ${step * this.#model.sectorSize} bytes.`;
  }

  #showOther(entry, kind) {
    const tableOffset = this.#model.tableOffset(entry);
    const rows = [["kind", kind]];
    if (tableOffset !== 0n) rows.push(["host_offset", ...offset(tableOffset)]);
    $("readings").append(card("corrected", "Not compressed", rows));
    $("summary").textContent = "Bit 62 is clear: no compressed cluster, and nothing that the correction touched.";
  }

  #showViolations(violations) {
    $("violations").replaceChildren(...violations.map(({ rule, detail }) => {
      const item = element("li");
      const clause = this.#clauses[rule];
      const name = element("a", "slug", rule);
      if (clause) name.href = clause.href;
      item.append(
        name, element("span", `badge ${clause?.level ?? ""}`, clause?.level ?? ""), element("span", "detail", detail));
      return item;
    }));
    $("no-violation").hidden = violations.length !== 0;
  }

  // The address: #cluster_bits=9&entry=0x6000000000000bfe
  #readAddress() {
    const parameters = new URLSearchParams(location.hash.slice(1));
    if (!parameters.has("entry")) return;
    const bits = parameters.get("cluster_bits") ?? "";
    const inRange =
      /^[0-9]{1,2}$/.test(bits) && bits >= this.#model.clusterBitsMin && bits <= this.#model.clusterBitsMax;
    if (inRange) $("cluster-bits").value = bits;
    $("entry").value = parameters.get("entry");
    const { value, error } = parseNumber($("entry").value, "an L2 entry");
    if (!inRange || error) this.#complain(error ?? `The address asks for cluster_bits ${quoted(bits)}; there are ` +
      `${this.#model.clusterBitsMin} to ${this.#model.clusterBitsMax}.`);
    else this.set({ entry: value, clusterBits: Number(bits) }, false);
    $("explorer").scrollIntoView();
  }

  #writeAddress() {
    clearTimeout(this.writing);
    this.writing = setTimeout(() => {
      const { entry, clusterBits } = this.#state;
      try {
        history.replaceState(null, "", `#cluster_bits=${clusterBits}&entry=${hex(entry, 16)}`);
      } catch {
        // A browser may forbid it to pages from disk, or so often; the address is a convenience.
      }
    }, 300);
  }
}

const offset = (value) => [value, hex(value)];

// rows: [name, value, note, differs]
function card(id, title, rows) {
  const made = element("section", `card ${id}`);
  const list = element("dl");
  for (const [name, value, note, differs] of rows) {
    const shown = element("dd", differs ? "differs" : "");
    const number = element("span", "value", String(value));
    number.dataset.value = `${id}.${name}`;
    shown.append(number);
    if (note) shown.append(" ", element("span", "note", note));
    list.append(element("dt", "", name.replace(/_as_.*/, "")), shown);
  }
  made.append(element("h3", "", title), list);
  return made;
}

loadModel($("model").textContent).then(
  (model) => {
    new Explorer(model, JSON.parse($("clauses").textContent));
    $("explorer").dataset.ready = "";
  },
  (error) => { $("entry-error").textContent = `This browser cannot run the model: ${error.message}`; });
