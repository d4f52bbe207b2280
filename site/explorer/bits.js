// The 64 bits as buttons, with the hex digits above them and the fields of both readings below.
//
// One bit has the focus at a time: arrows move it, space toggles, 0 and 1 set and go on. A pointer toggles, and paints
// when it is dragged. The rows break after 64, 32 or 16 bits, as the width allows.

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

class BitField {
  #box;
  #buttons;
  #columns = 0;
  #entry = 0n;
  #readings = null;
  #onChange;
  #drag = null;

  constructor(box, onChange) {
    this.#box = box;
    this.#onChange = onChange;
    this.#buttons = Array.from({ length: 64 }, (_, bit) => this.#button(bit));
    this.#focusable(61);
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("pointerdown", (event) => this.#press(event));
    box.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, () => this.#release());
    new ResizeObserver(() => this.#layOut()).observe(box);
  }

  // `readings` is [{label, fields}], fields as fieldsOf() gives them; null shows bits without a meaning.
  show(entry, readings) {
    this.#entry = entry;
    this.#readings = readings;
    this.#buttons.forEach((button, bit) => {
      const on = this.#isSet(bit);
      button.textContent = on ? "1" : "0";
      button.setAttribute("aria-checked", String(on));
      button.setAttribute("aria-label", `bit ${bit}: ` + readings.map(({ label, fields }) =>
        `${label} ${fieldLabel(fields[bit])}`).join(", "));
      button.className = `bit field-${readings[0].fields[bit].name}`;
    });
    if (this.#columns) [...this.#box.children].forEach((row) => this.#dress(row));
    else this.#layOut();
  }

  #isSet(bit) {
    return (this.#entry >> BigInt(bit) & 1n) === 1n;
  }

  #set(bit, on) {
    if (this.#isSet(bit) !== on) this.#onChange(this.#entry ^ 1n << BigInt(bit));
  }

  #button(bit) {
    const button = element("button");
    button.type = "button";
    button.dataset.bit = bit;
    button.setAttribute("role", "switch");
    button.addEventListener("click", () => {
      this.#focusable(bit);
      if (!this.#drag?.painted) this.#set(bit, !this.#isSet(bit));
      this.#drag = null;
    });
    return button;
  }

  #focusable(bit) {
    this.#buttons.forEach((button, other) => { button.tabIndex = other === bit ? 0 : -1; });
  }

  #focus(bit) {
    if (bit < 0 || bit > 63) return;
    this.#focusable(bit);
    this.#buttons[bit].focus();
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.dataset.bit === undefined) return;
    const bit = Number(event.target.dataset.bit);
    const target = {
      ArrowLeft: bit + 1,
      ArrowRight: bit - 1,
      ArrowUp: bit + this.#columns,
      ArrowDown: bit - this.#columns,
      Home: 63,
      End: 0,
      0: bit - 1,
      1: bit - 1
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    if (event.key === "0" || event.key === "1") this.#set(bit, event.key === "1");
    this.#focus(target);
  }

  #press(event) {
    const bit = event.target.dataset.bit;
    this.#drag = bit === undefined || event.button !== 0 ? null : { from: Number(bit), painted: false };
  }

  #move(event) {
    if (!this.#drag || event.buttons === 0) return;
    const over = document.elementFromPoint(event.clientX, event.clientY)?.dataset?.bit;
    if (over === undefined || (!this.#drag.painted && Number(over) === this.#drag.from)) return;
    if (!this.#drag.painted) {
      this.#drag.painted = true;
      this.#drag.value = !this.#isSet(this.#drag.from);
      this.#set(this.#drag.from, this.#drag.value);
    }
    this.#set(Number(over), this.#drag.value);
  }

  #release() {
    // A click on the first bit may still follow; after that the drag is over.
    setTimeout(() => { this.#drag = null; });
  }

  #layOut() {
    const width = this.#box.clientWidth;
    const columns = width >= 1000 ? 64 : width >= 520 ? 32 : 16;
    if (columns === this.#columns || !this.#readings) return;
    this.#columns = columns;
    const focused = document.activeElement?.closest("[data-bit]");
    this.#box.replaceChildren();
    for (let top = 63; top > 0; top -= columns) {
      const row = element("div", `bit-row columns-${columns}`);
      for (let bit = top; bit > top - columns; bit -= 1) row.append(spanning(this.#buttons[bit], top - bit, 1, 2));
      this.#box.append(row);
      this.#dress(row);
    }
    if (focused && this.#box.contains(focused)) focused.focus({ preventScroll: true });
  }

  // What stands around the buttons of a row. The buttons stay: focus, and a drag that has begun, live on them.
  #dress(row) {
    for (const child of [...row.children]) if (child.dataset.bit === undefined) child.remove();
    const bits = [...row.children].map((button) => Number(button.dataset.bit));
    bits.forEach((bit, index) => {
      if (bit % 4 === 3) {
        const digit = this.#entry >> BigInt(bit - 3) & 15n;
        row.append(spanning(element("span", "digit", digit.toString(16)), index, 4, 1));
      }
      const border = bit % 8 === 0 || bit === 63 || this.#readings.some(({ fields }) => startsField(fields, bit));
      if (border) row.append(spanning(element("span", "number", String(bit)), index, 1, 3));
    });
    this.#readings.forEach(({ fields }, index) => row.append(...bands(fields, bits, 4 + index)));
  }
}

function spanning(made, column, columns, row) {
  made.style.gridColumn = `${column + 1} / span ${columns}`;
  made.style.gridRow = String(row);
  return made;
}

const sameField = (a, b) => a.name === b.name && a.mustBeZero === b.mustBeZero;
const startsField = (fields, bit) => bit < 63 && fields[bit].name !== fields[bit + 1].name;
const fieldLabel = ({ name, mustBeZero }) => mustBeZero ? `${name}, must be 0` : name;

// One strip a field, as long as its run of bits.
function bands(fields, bits, gridRow) {
  const made = [];
  for (let start = 0; start < bits.length;) {
    const field = fields[bits[start]];
    let end = start + 1;
    while (end < bits.length && sameField(fields[bits[end]], field)) end += 1;
    const shortLabel = field.mustBeZero ? "must be 0" : field.name;
    const label = end - start > 2 ? shortLabel : "";
    const band = element("span", `band field-${field.name}${field.mustBeZero ? " must-be-zero" : ""}`, label);
    band.title =
      `${fieldLabel(field)}: ${end - start === 1 ? `bit ${bits[start]}` : `bits ${bits[start]}–${bits[end - 1]}`}`;
    made.push(spanning(band, start, end - start, gridRow));
    start = end;
  }
  return made;
}
