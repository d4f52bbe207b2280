// Versions of a program beside each other, oldest first: how well each does, and the operations that they answer
// differently.
const hasRun = ({ counts }) => Object.keys(counts).some((status) => status !== "not-run" && status !== "harness-error");

const programs =
  [...new Set(data.implementations.map((one) => one.program))]
    .map((name) => ({
      name,
      versions: byWeight
        .filter((place) => data.implementations[place].program === name && hasRun(data.implementations[place]))
        .map((place) => [data.implementations[place].name, place])
        .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
        .map(([, place]) => place)
    }))
    .filter(({ versions }) => versions.length > 1);

const answerOf = ({ status, choice, bytes }) => [status.name, choice, bytes && `(${bytes})`].filter(Boolean).join(" ");

function answerCell(one, version, result) {
  if (!result) return undefined;
  const who = data.implementations[version];
  return {
    status: result.status,
    answer: answerOf(result),
    text: GLYPH[result.status.name],
    note: "",
    inPart: false,
    href: toCell(one, who),
    title: `${who.name}, ${one.id}: ${answerOf(result)}, ${result.status.meaning}`
  };
}

// A row for each operation to which two versions gave two answers; what was not run in one of them says nothing.
function changes(versions) {
  return data.cases.flatMap((one, place) => one.operations.flatMap((operation, number) => {
    const cells = versions.map(
      (version) => answerCell(one, version, resultsOf(place, version).find((result) => result.operation === number)));
    const answers = cells.filter((cell) => cell && cell.status.name !== "not-run").map((cell) => cell.answer);
    const steps = answers.filter((answer, i) => answer !== answers[i - 1]);
    if (steps.length < 2) return [];
    return [{
      name: one.operations.length > 1 ? `${one.id}, ${operationWords(operation)}` : one.id,
      href: toCase(one),
      level: one.level,
      group: one.family,
      note: steps.join(" → "),
      cells
    }];
  }));
}

function versionsPage(name = programs[0]?.name) {
  const program = programs.find((one) => one.name === name);
  if (!program) return nothing();
  const rows = changes(program.versions);
  return [
    h("h1", {}, `${program.name} over its versions`),
    programs.length > 1 &&
      h("p", { class: "crumbs" },
        programs.map((one) => h("a",
          { href: `#/versions/${part(one.name)}`, "aria-current": one === program && "true" },
          `${one.name} (${one.versions.length})`))),
    summaryTable(program.versions),
    h("h2", {},
      rows.length ? `${rows.length} operations that they answer differently` : "They answer every operation alike"),
    rows.length > 0 && grid(rows, program.versions.map((place) => data.implementations[place]), true, "operations"),
    legend()
  ];
}
