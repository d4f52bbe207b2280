// The pages of one case, one cell, one clause and one implementation.
function rule(place) {
  const clause = data.clauses[place];
  return h("div", { class: "rule" },
    h("div", {}, link(toClause(clause), h("code", {}, clause.slug)), " (", word("level", clause.level), ") ",
      publishedClause(clause.slug)),
    h("p", {}, prose(clause.sentence)), clause.ground && h("p", { class: "soft" }, prose(clause.ground)));
}

function provenance(result) {
  const words = {
    "none": "No output at all.",
    "zeros": "Those are zeros.",
    "another-cluster": "Those are another cluster's bytes.",
    "backing-file": "Those are the backing file's bytes.",
    "image-file": "The image file has these bytes as they are.",
    "other": ""
  };
  return words[result.bytes] ?? "";
}

// What was asked, what was right, what came; the bytes, if there are any. What did not fail takes a line.
function finding(one, result) {
  const operation = one.operations[result.operation];
  const { status } = result;
  if (!isBad(status) && status.name !== "harness-error")
    return h("div", { class: "finding" }, pill(status), " ", h("b", {}, operationWords(operation)),
      ` expected ${expectWords(operation)}: it ${status.meaning}`, result.choice ? ` (${result.choice})` : "",
      result.detail ? `; ${result.detail}` : "");
  const sentence = status.name === "wrong-data" && result.diff
    ? `Guest byte ${result.diff[0]} is the first that is wrong. ${provenance(result)}`
    : status.name === "wrong-accept" && result.diff
    ? `It returned bytes from guest byte ${result.diff[0]} on, where there are none to give. ${provenance(result)}`
    : status.name === "wrong-reject" && result.diff
    ? `All bytes before guest byte ${result.diff[0]} came out right; it refused there.`
    : "";
  return h("div", { class: `finding b-${status.badness}` },
    h("p", {}, pill(status), " ", h("b", {}, operationWords(operation)), `: it ${status.meaning}.`), facts([
      ["expected", expectWords(operation)],
      [
        "got",
        result.end &&
          [
            result.choice ? `${result.choice}, ` : "", result.end,
            result.length ? `, ${BigInt(result.length)} bytes of data` : "", result.detail ? `; ${result.detail}` : ""
          ].join("")
      ],
      [
        "the image",
        result.properties && Object.entries(result.properties).map(([name, held]) => `${name}: ${held}`).join(", ")
      ],
      ["it printed", result.said],
      ["took", `${result.ms} ms` + (result.memory ? `, ${result.memory} KiB of memory` : "")]
    ]),
    sentence && h("p", {}, h("b", {}, sentence)), result.diff && difference(result));
}

const commandLine = (command, one) => command.replaceAll("{bin}/", "")
                                        .replaceAll("{implementations}/", "implementations/")
                                        .replaceAll("{image}", `${one.id}.qcow2`)
                                        .replaceAll("{out}", "out.raw");

function commands(one, implementation) {
  const asked = new Map(one.operations.map((operation) => [operation.op, operation]));
  const lines = [...asked]
                  .filter(([op]) => implementation.commands[op])
                  .map(([op, { range }]) => commandLine(implementation.commands[op], one)
                         .replaceAll("{offset}", range ? BigInt(range[0]) : "0")
                         .replaceAll("{length}", range ? range[1] : "0"));
  const again = implementation.again.replace("{case}", () => one.id);
  return [
    h("h2", {}, "Run it again"), command([again]),
    lines.length > 0 && [h("p", {}, "or by hand, on the image:"), command(lines)],
    h("p", { class: "soft" }, "The image is in the corpus, images/", one.id, "/; ",
      h("code", {}, `${data.program} repro ${one.id} ${implementation.arguments} --out DIR`),
      " puts it into a folder with the command, what is expected, and a text for a bug report.")
  ];
}

function trace(steps) {
  if (!steps) return h("p", { class: "soft" }, "The model was not there when this report was made.");
  return h("ol", { class: "trace" },
    steps.map((step) => h("li", {}, h("b", {}, step.title), " ",
                (step.clauses ?? [])
                  .map((slug) => [clauseByName.has(slug) ? link(`#/clause/${part(slug)}`, h("code", {}, slug))
                                                         : h("code", {}, slug),
                         " "]),
                facts(Object.entries(step.facts ?? {})),
                step.violation && h("p", { class: "refused" }, `refused: ${step.violation}`))));
}

// The header opens by itself only where it is what the case is about.
function bytesOfImage(one, { regions = [] }) {
  const [header, ...others] = regions;
  const stages = one.operations.map(({ stage }) => stage);
  if (!header) return h("p", { class: "soft" }, "The corpus does not say where things stand in this image.");
  return [
    h("details", { open: stages.includes("header") || stages.includes("open") || others.length === 0 },
      h("summary", {}, "header: ", header.marks.filter(([, , role]) => role === "header").length, " fields"),
      region({ ...header, title: "" })),
    others.map(region)
  ];
}

function views(one, number) {
  const view = one.views[number] ?? {};
  return [
    h("div", { class: "columns" },
      h("div", {},
        view.entry && [h("h2", {}, `The L2 entry of guest cluster ${view.guest_offset}`), descriptor(view.entry)]),
      h("div", {}, h("h2", {}, "How the model reads it"), trace(view.trace))),
    h("h2", {}, "The image's bytes"), bytesOfImage(one, view)
  ];
}

const LEAKS = {
  "other-cluster": "bytes of another cluster of the disk",
  "other-tenant": "bytes of another tenant's disk",
  "backing-file": "bytes of the backing file",
  "memory": "bytes of the reader's own memory",
};

function caseHead(one) {
  return [
    h("p", {}, one.title, " ", publishedCase(one.id)),
    one.leak && h("p", {}, h("b", {}, word("could leak", "Could leak"), `: ${LEAKS[one.leak] ?? one.leak}.`)),
    one.twin &&
      h("p", {}, "It is made from ", link(toCase({ id: one.twin }), one.twin), ", its ", word("valid twin"),
        ", by this change alone: ", h("code", {}, one.delta)),
    h("p", { class: "soft" }, "Why it matters: ", one.why)
  ];
}

// The failing cells of an implementation in the order of the matrix, to walk through them.
const failing = (implementation) => data.cases.map((_, place) => place)
  .filter((place) => resultsOf(place, implementation).some((result) => isBad(result.status)))
  .sort((a, b) => worstOf(b, implementation) - worstOf(a, implementation));
const worstOf = (place, implementation) =>
  order.get(worst(resultsOf(place, implementation).map((result) => result.status)));

function cellPage(id, name) {
  const [place, who] = [caseByName.get(id), implementationByName.get(name)];
  if (place === undefined || who === undefined) return nothing();
  const [one, implementation, results] = [data.cases[place], data.implementations[who], resultsOf(place, who)];
  const list = failing(who);
  const [before, behind] =
    [list[list.indexOf(place) - 1], list.includes(place) ? list[list.indexOf(place) + 1] : list[0]];
  const worstFirst =
    results.slice().sort((a, b) => order.get(b.status) - order.get(a.status) || a.operation - b.operation);
  return [
    h("p", { class: "crumbs" }, link(overviewOf("cases"), "all cases"), link(toCase(one), one.id),
      link(toImplementation(implementation), implementation.name),
      before !== undefined &&
        h("a", { href: toCell(data.cases[before], implementation), id: "previous" }, "← previous failure (p)"),
      behind !== undefined &&
        h("a", { href: toCell(data.cases[behind], implementation), id: "next" }, "next failure (n) →")),
    h("h1", {}, implementation.name, " on ", one.id), caseHead(one), worstFirst.map((result) => finding(one, result)),
    h("h2", {}, one.clauses.length > 1 ? "The rules" : "The rule"), one.clauses.map(rule),
    commands(one, implementation), views(one, worstFirst[0]?.view ?? 0)
  ];
}

function casePage(id) {
  const place = caseByName.get(id);
  if (place === undefined) return nothing();
  const one = data.cases[place];
  return [
    h("p", { class: "crumbs" }, link(overviewOf("cases"), "all cases"), one.family),
    h("h1", {}, one.id, " ", h("span", { class: "soft" }, one.level)), caseHead(one),
    h("div", { class: "scroll" },
      h("table", { class: "plain" },
        h("tbody", {},
          byWeight.map((who) => h("tr", {},
                         h("td", {}, link(toCell(one, data.implementations[who]), data.implementations[who].name)),
                         resultsOf(place, who)
                           .map((result) => h("td", {}, operationWords(one.operations[result.operation]), " ",
                                  pill(result.status)))))))),
    h("h2", {}, "Expected"),
    h("ul", {},
      one.operations.map((operation) => h("li", {}, `${operationWords(operation)}: ${expectWords(operation)}`))),
    h("h2", {}, one.clauses.length > 1 ? "The rules" : "The rule"), one.clauses.map(rule), views(one, 0)
  ];
}

function clausePage(slug, query) {
  const place = clauseByName.get(slug);
  if (place === undefined) return nothing();
  const rows = caseRows(byWeight).filter((row) => casesOfClause[place].includes(row.place));
  const wanted = query.implementation;
  if (wanted)
    rows.sort((a, b) => worstOf(b.place, implementationByName.get(wanted)) -
        worstOf(a.place, implementationByName.get(wanted)));
  return [
    h("p", { class: "crumbs" }, link(overviewOf("clauses"), "all clauses"), data.clauses[place].section),
    h("h1", {}, slug),
    rule(place), h("h2", {}, "Its cases"),
    rows.length ? grid(rows, byWeight.map((who) => data.implementations[who]), false, "cases")
                : h("p", {}, "No case of it in these results.")
  ];
}

// The failure that explains most of the others, with its byte, its rule and its command.
function startHere(one, who) {
  if (!one.begin) return undefined;
  const place = caseByName.get(one.begin.case);
  const start = data.cases[place];
  const result = resultsOf(place, who).find(({ operation }) => operation === one.begin.operation);
  const entry = start.views[result.view ?? 0]?.entry;
  return h("section", { class: "start", "aria-label": "Start here" },
    h("h2", {}, "Start here: ", link(toCell(start, one), start.id)),
    h("p", {}, start.title, one.begin.others === 0
        ? ". This is the only failing case."
        : [". It ", word("explains"), ` ${one.begin.explains} of the other ${one.begin.others} failing cases.`]),
    (one.looks_like ?? []).map(({ words }) => h("p", {}, word("looks like", "Looks like"), ": ", h("b", {}, words))),
    finding(start, result),
    entry?.x !== undefined &&
      h("p", {}, "L2 entry ", h("code", {}, entry.value),
        `: host_offset ${entry.host_offset}, ${entry.available_bytes} bytes, to ${entry.extent_end}`),
    rule(clauseByName.get(one.begin.clause) ?? start.clauses[0]),
    command([one.again.replace("{case}", () => start.id)]));
}

function implementationPage(name) {
  const who = implementationByName.get(name);
  if (who === undefined) return nothing();
  const one = data.implementations[who];
  return [
    h("h1", {}, one.name), startHere(one, who), facts([
      ["version", one.version], ["must", mustWords(one)], ["features", one.features.join(", ")],
      ["not run", one.absent], ["stopped", one.canary], ["remarks", one.remarks.join("; ")],
      [
        "selected",
        `${one.selected} = ` +
          STATUS.filter(({ name: status }) => one.counts[status])
            .map(({ name: status }) => `${one.counts[status]} ${status}`)
            .join(" + ")
      ]
    ]),
    Object.keys(one.commands).length > 0 &&
      [
        h("h2", {}, "Commands"),
        facts(Object.entries(one.commands).map(([op, line]) => [op, h("code", {}, line)]))
      ],
    h("h2", {}, "All failures, worst first"),
    h("div", { class: "scroll" }, h("table", { class: "plain" }, h("tbody", {}, failing(who).map((place) => {
      const status = worst(resultsOf(place, who).map((result) => result.status));
      return h("tr", {}, h("td", {}, pill(status)),
        h("td", {}, link(toCell(data.cases[place], one), data.cases[place].id)),
        h("td", { class: "soft" }, data.cases[place].level), h("td", {}, data.cases[place].title));
    }))))
  ];
}

const nothing = () => [h("h1", {}, "There is no such page"), h("p", {}, link(overviewOf("cases"), "All cases"))];
