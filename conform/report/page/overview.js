// The first page: a line for each implementation, and the matrix of cases or of clauses under its filters.
const FILTERS = { family: "all", level: "all", status: "all", implementation: "all", q: "", fold: "1" };

// The overviews with the filters that they had last.
const overviews = { cases: "#/cases", clauses: "#/clauses" };
const overviewOf = (kind) => overviews[kind];
function rememberOverview(page, hash) {
  if (page in overviews) overviews[page] = hash;
}

function summaryTable(places) {
  const statuses = STATUS.filter(({ name }) => places.some((place) => data.implementations[place].counts[name]))
    .sort((a, b) => order.get(b) - order.get(a));
  return h("div", { class: "scroll" }, h("table", { class: "plain", id: "summary" },
    h("thead", {}, h("tr", {}, h("th", {}, "implementation"), h("th", {}, "must"),
      statuses.map((status) => h("th", { title: status.meaning }, pill(status))))),
    h("tbody", {}, places.map((place) => {
      const one = data.implementations[place];
      return h("tr", {},
        h("td", { class: "who", title: one.absent || one.canary || one.version }, link(toImplementation(one), one.name),
          " ",
          one.canary ? h("span", { class: "refused" }, `stopped: ${one.canary}`)
                     : h("span", { class: "soft" }, one.absent ? `not run: ${one.absent}` : one.version)),
        h("td", { class: "number" }, mustWords(one)),
        statuses.map(
          (status) => h("td", { class: one.counts[status.name] ? "number" : "number none", "data-status": status.name },
            one.counts[status.name] ?? h("span", { class: "soft" }, "0"))));
    }))));
}

const mustWords = ({ must: [fraction, beside] }) => fraction + (beside && `; ${beside}`);

function caseRows(implementations) {
  return data.cases.map((one, place) => ({
    name: one.id,
    href: toCase(one),
    level: one.level,
    group: one.family,
    note: one.title,
    place,
    words: [one.id, one.title, one.why, one.delta, ...one.clauses.map((clause) => data.clauses[clause].slug)]
      .join(" ")
      .toLowerCase(),
    cells: implementations.map((implementation) => caseCell(place, implementation)),
  }));
}

function caseCell(place, implementation) {
  const results = resultsOf(place, implementation);
  if (results.length === 0) return undefined;
  const shown = outcomeOf(results);
  const [one, who] = [data.cases[place], data.implementations[implementation]];
  return {
    ...shown,
    href: toCell(one, who),
    title: `${who.name}, ${one.id}: ${shown.status.name}, ${shown.status.meaning}${shown.note}`,
    statuses: new Set(results.map((result) => result.status.name))
  };
}

function clauseRows(implementations) {
  return data.clauses.map((clause, place) => ({
    name: clause.slug, href: toClause(clause), level: clause.level, group: clause.section, note: clause.sentence, place,
    families: new Set(casesOfClause[place].map((one) => data.cases[one].family)),
    words: [clause.slug, clause.sentence, clause.section].join(" ").toLowerCase(),
    cells: implementations.map((implementation) => clauseCell(place, implementation)),
  })).filter((row) => casesOfClause[row.place].length > 0);
}

function clauseCell(place, implementation) {
  const results = casesOfClause[place].flatMap((one) => resultsOf(one, implementation));
  if (results.length === 0) return undefined;
  const shown = outcomeOf(results);
  const bad = results.filter((result) => isBad(result.status)).length;
  const [clause, who] = [data.clauses[place], data.implementations[implementation]];
  return {
    ...shown,
    text: bad ? `${shown.text} ${bad}` : shown.text,
    href: `${toClause(clause)}?implementation=${part(who.name)}`,
    title:
      `${who.name}, ${clause.slug}: ${shown.status.name}${shown.note}; ${bad} of ${results.length} operations fail`,
    statuses: new Set(results.map((result) => result.status.name))
  };
}

// "failing" and "wrong bytes" stand for several statuses.
const wantedStatus = (wanted) => (name) => {
  const status = STATUS.find((one) => one.name === name);
  return wanted === "failing" ? isBad(status) : wanted === "bytes" ? status.badness === 5 : name === wanted;
};

function passes(row, { family, level, status, q }) {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return (family === "all" || (row.families ? row.families.has(family) : row.group === family)) &&
    (level === "all" || row.level === level) && words.every((word) => row.words.includes(word)) &&
    (status === "all" || row.cells.some((cell) => cell && [...cell.statuses].some(wantedStatus(status))));
}

function filterBar(filters, change) {
  const select = (name, values, words = {}) => h("label", {}, name,
    h("select", { id: `filter-${name}`, onchange: (event) => change(name, event.target.value) },
      values.map((value) => h("option", { value, selected: filters[name] === value }, words[value] ?? value))));
  const found = STATUS.map(({ name }) => name).filter((name) => data.implementations.some((one) => one.counts[name]));
  return h("form", { id: "filters", role: "search", onsubmit: (event) => event.preventDefault() },
    h("label", {}, "search", h("input", {
      type: "search",
      id: "filter-q",
      value: filters.q,
      placeholder: "words  ( / )",
      oninput: (event) => change("q", event.target.value)
    })),
    select("family", ["all", ...new Set(data.cases.map((one) => one.family))]),
    select("level", ["all", "must", "should", "may", "unspecified"]),
    select("status", ["all", "bytes", "failing", ...found],
      { bytes: "wrong bytes returned", failing: "any failure" }),
    select("implementation", ["all", ...byWeight.map((place) => data.implementations[place].name)]),
    h("label", {}, h("input", {
      type: "checkbox",
      id: "filter-fold",
      checked: filters.fold === "1",
      onchange: (event) => change("fold", event.target.checked ? "1" : "0")
    }),
      "fold rows with the same outcome"),
    h("output", { id: "shown", class: "soft" }));
}

function overview(kind, query) {
  const filters = { ...FILTERS, ...query };
  const holder = h("div", { id: "matrix" });
  const bar = filterBar(filters, (name, value) => {
    filters[name] = value;
    const changed = Object.entries(filters).filter(([key, now]) => now !== FILTERS[key]);
    const hash = `#/${kind}${changed.length ? "?" + new URLSearchParams(changed) : ""}`;
    history.replaceState(null, "", hash);
    shown = hash;
    rememberOverview(kind, hash);
    draw();
  });
  function draw() {
    const chosen = byWeight.filter(
      (place) => filters.implementation === "all" || data.implementations[place].name === filters.implementation);
    const all = kind === "clauses" ? clauseRows(chosen) : caseRows(chosen);
    const rows = all.filter((row) => passes(row, filters));
    bar.querySelector("#shown").value = `${rows.length} of ${all.length} ${kind}`;
    holder.replaceChildren(rows.length
        ? grid(rows, chosen.map((place) => data.implementations[place]), filters.fold === "1" && !filters.q, kind)
        : h("p", {}, `No ${kind} with these filters.`));
  }
  draw();
  return [
    h("h1", {}, kind === "clauses" ? "Clauses by implementation" : "Cases by implementation"), summaryTable(byWeight),
    bar, holder, legend()
  ];
}

function legend() {
  const found = new Set([...cells.values()].flat().map((result) => result.status));
  return h("p", { class: "legend" }, [...found].sort((a, b) => order.get(b) - order.get(a)).map((status) =>
    h("span", {}, h("span", { class: statusClass(status) }, GLYPH[status.name]), `${status.name}: ${status.meaning}`)));
}
