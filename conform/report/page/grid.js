// The matrix: rows by group, a column an implementation; rows with the same outcome fold into one.
//
// A row is {name, href, level, group, cells: [{status, text, href, title} or undefined]}.
const FOLD_MIN = 3;

// What is not in the first screen is made when the page stands already.
const FIRST_ROWS = 60;
let rest = [];
function later(tasks) {
  rest = tasks;
  const next = () => {
    if (rest !== tasks) return;
    tasks.shift()?.();
    if (tasks.length > 0) setTimeout(next);
  };
  setTimeout(next);
}
function finish() {
  while (rest.length > 0) rest.shift()();
}

const outcome = (row) =>
  row.cells.map((cell) => (cell ? `${cell.status.name} ${cell.inPart} ${cell.answer}` : "")).join("|");
const rowBadness = (row) => Math.max(0, ...row.cells.map((cell) => (cell ? cell.status.badness : 0)));

function bundles(rows, fold) {
  const byOutcome = new Map();
  for (const row of rows) {
    const key = fold ? outcome(row) : row;
    if (!byOutcome.has(key)) byOutcome.set(key, []);
    byOutcome.get(key).push(row);
  }
  return [...byOutcome.values()].sort((a, b) => rowBadness(b[0]) - rowBadness(a[0]))
    .flatMap((bundle) => (bundle.length < FOLD_MIN ? bundle.map((row) => [row]) : [bundle]));
}

const cellClass = ({ status, inPart }) => statusClass(status) + (inPart ? " in-part" : "");
// What is seen must be in the name that is spoken: a voice user says what is seen.
const spoken = (cell) => `${cell.title}, ${cell.text}`;
const gridCell = (cell) => h("td", { role: "gridcell" },
  cell &&
    h("a", { href: cell.href, class: cellClass(cell), title: cell.title, tabindex: "-1", "aria-label": spoken(cell) },
      cell.text));

function plainRow(row, inner = false) {
  return h("tr", { class: inner ? "inner" : "", "data-row": row.name },
    h("th", { scope: "row" }, h("a", { href: row.href, tabindex: "-1" }, row.name),
      h("span", { class: row.level }, row.level)),
    row.cells.map(gridCell), h("td", { class: "note" }, row.note));
}

// A folded row: what its rows have in common, and a button that opens them.
function foldedRow(bundle) {
  const names = bundle.map((row) => row.name);
  const folded = h("tr", { "data-fold": names.length });
  let inner = [];
  const button = h("button", { type: "button", class: "fold", tabindex: "-1", "aria-expanded": "false", onclick: () => {
    const open = inner.length === 0;
    if (open) {
      inner = bundle.map((row) => plainRow(row, true));
      folded.after(...inner);
    } else {
      inner.forEach((row) => row.remove());
      inner = [];
    }
    button.setAttribute("aria-expanded", String(open));
    button.firstChild.data = open ? "▾ " : "▸ ";
  } }, "▸ ", `${names.length} alike`);
  folded.append(h("th", { scope: "row" }, button),
    ...bundle[0].cells.map(
      (cell) => h("td", { role: "gridcell" },
        cell &&
          h("span", { class: cellClass(cell), title: `${cell.status.name}${cell.note}, all ${names.length}` },
            cell.text.split(" ")[0]))),
    h("td", { class: "note" }, names.join(", ")));
  for (const span of folded.querySelectorAll("td span")) span.style.display = "block";
  return folded;
}

function grid(rows, implementations, fold, label) {
  const groups = Map.groupBy ? Map.groupBy(rows, (row) => row.group) : grouped(rows);
  const body = h("tbody");
  const tasks = [];
  for (const [group, members] of groups) {
    const bundled = bundles(members, fold);
    tasks.push(() => {
      body.append(h("tr", { class: "group" },
        h("th", { scope: "rowgroup" }, group, h("span", { class: "must" }, String(members.length))),
        h("td", { colspan: implementations.length + 1 })));
      body.append(...bundled.map((bundle) => (bundle.length === 1 ? plainRow(bundle[0]) : foldedRow(bundle))));
    });
  }
  while (tasks.length > 0 && body.rows.length < FIRST_ROWS) tasks.shift()();
  later(tasks);
  const head = h("thead", {},
    h("tr", {}, h("th", { class: "name", scope: "col" }, label),
      implementations.map(
        (one) => h("th", { scope: "col" }, h("a", { href: toImplementation(one), title: one.version }, one.name))),
      h("th", { class: "note", scope: "col" }, "about")));
  const columns =
    h("colgroup", {}, h("col", { class: "names" }), implementations.map(() => h("col", { class: "outcomes" })),
      h("col"));
  const table = h("table", { role: "grid", "aria-label": label }, columns, head, body);
  walkByKeys(table);
  return h("div", { class: "scroll grid" }, table);
}

function grouped(rows) {
  const groups = new Map();
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  return groups;
}

// One stop for the Tab key; inside, the arrows move, and Enter opens as on any link.
function walkByKeys(table) {
  const stops = (row) => [...row.querySelectorAll("th a, th button, td a")];
  let current = table.querySelector("tbody th a, tbody th button");
  if (current) current.tabIndex = 0;
  table.addEventListener("keydown", (event) => {
    const row = event.target.closest("tbody tr");
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    if (!row || !step) return;
    event.preventDefault();
    let target;
    if (step[1]) {
      const list = stops(row);
      target = list[list.indexOf(event.target) + step[1]];
    } else {
      const column = event.target.closest("td, th").cellIndex;
      let next = row;
      do next = step[0] > 0 ? next.nextElementSibling : next.previousElementSibling;
      while (next && stops(next).length === 0);
      target = next && (next.cells[column].querySelector("a, button") ?? stops(next)[0]);
    }
    if (!target) return;
    current.tabIndex = -1;
    current = target;
    current.tabIndex = 0;
    current.focus();
  });
}
