// The data, with its results in reach by case and implementation.
const data = JSON.parse(document.getElementById("data").textContent);
const STATUS = data.statuses.map(([name, badness, meaning]) => ({ name, badness, meaning }));
const GLYPH = {
  "pass": "✓",
  "wrong-data": "!!",
  "wrong-accept": "!",
  "flaw-unnoticed": "f",
  "wrong-reject": "×",
  "unsound-image": "§",
  "tampered": "✎",
  "crash": "☠",
  "timeout": "⌛",
  "resource": "▲",
  "flaky": "≈",
  "unsupported": "u",
  "not-run": "·",
  "harness-error": "?",
  "known-fail": "k",
  "unexpected-pass": "k✓",
  "choice": "◇",
  "inconsistent-choice": "◇×",
  "observed": "○",
};

// cells.get(case * implementations + implementation): its results, in the order of the operations.
const WIDTH = data.implementations.length;
const cells = new Map();
for (const [one, operation, implementation, status, ms, more] of data.results) {
  const key = one * WIDTH + implementation;
  if (!cells.has(key)) cells.set(key, []);
  cells.get(key).push({ operation, status: STATUS[status], ms, ...more });
}
for (const results of cells.values()) results.sort((a, b) => a.operation - b.operation);

const resultsOf = (one, implementation) => cells.get(one * WIDTH + implementation) ?? [];

// The worst status; among equals wrong-data before wrong-accept, and what ran before what did not.
const order = new Map(
  STATUS.map((status, place) => [status, status.badness * 100 - place + (status.name === "not-run" ? -50 : 0)]));
function worst(statuses) {
  return statuses.reduce((a, b) => (a === undefined || order.get(b) > order.get(a) ? b : a), undefined);
}
// What a cell shows of its results: the worst; where only a part was run, the worst of that, with a mark.
function outcomeOf(results) {
  const ran = results.filter(({ status }) => status.name !== "not-run");
  const status = worst((ran.length > 0 ? ran : results).map((result) => result.status));
  const inPart = ran.length > 0 && ran.length < results.length && !isBad(status);
  return { status, text: GLYPH[status.name] + (inPart ? "·" : ""), note: inPart ? ", a part was not run" : "", inPart };
}
const isBad = (status) => status.badness >= 2;
const isWell = (status) => status.badness === 0;

const caseByName = new Map(data.cases.map((one, place) => [one.id, place]));
const clauseByName = new Map(data.clauses.map((one, place) => [one.slug, place]));
const implementationByName = new Map(data.implementations.map((one, place) => [one.name, place]));
const casesOfClause = data.clauses.map(() => []);
data.cases.forEach((one, place) => one.clauses.forEach((clause) => casesOfClause[clause].push(place)));

// Implementations as columns: those with the most wrong bytes first, as in the table on the terminal.
function weight(implementation) {
  const of = (from, to) => STATUS.reduce((sum, { name, badness }) =>
    sum + (badness >= from && badness <= to ? implementation.counts[name] ?? 0 : 0), 0);
  return [of(5, 5), of(3, 4), of(2, 2), of(1, 1)];
}
const byWeight = data.implementations.map((_, place) => place).sort((a, b) => {
  const [left, right] = [weight(data.implementations[a]), weight(data.implementations[b])];
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return right[i] - left[i];
  return a - b;
});

const operationWords = ({ op, range }) => (range ? `${op} ${range[0]}+${range[1]}` : op);
const expectWords = ({ verdict, stage, choices }) =>
  verdict === "either" ? `one of ${choices.join(", ")}` : verdict + (stage ? ` (${stage})` : "");
