// What the report's own words mean.
const WORDS = {
  "clause": "One rule of the specification, with a name in brackets. What a case expects follows from its clauses.",
  "level": "How much a clause binds. must: a reader that fails it is wrong, and only these decide the exit status. " +
    "should: a good reader does it. may: either is right. unspecified: the text gives no answer, " +
    "and none is scored.",
  "case": "One image, and what each operation on it must answer.",
  "valid twin": "The valid case from which a broken one was made. Both images are the same but for the one change " +
    "that is named, so a reader that reads the twin and not this case, or the other way round, differs in that point.",
  "control": "A plain image on which other cases are built. A reader that fails it does not fail them for their point.",
  "canary": "A plain image with random content, tried before the cases to see whether a program is set up at all.",
  "could leak": "What a reader that gets the case wrong may return: bytes of another cluster of the same disk, of " +
    "another tenant's disk in the same file, of the backing file, or of the reader's own memory.",
  "looks like": "The failures fit those of a known mistake in the suite's list: nearly all cases that this mistake " +
    "makes fail do fail here. It is a hint, not a verdict.",
  "explains": "Failing cases that probably have the same cause: they break the same rule, end with the same message, " +
    "or are made from the same image.",
  "extent": "The bytes of the image file that a compressed cluster may use.",
};

function wordsPage() {
  return [
    h("h1", {}, "Words of this report"),
    h("dl", { class: "words" },
      Object.entries(WORDS).map(([name, meaning]) => [h("dt", { id: `word-${name}` }, name), h("dd", {}, meaning)])),
    h("h2", {}, "Results of an operation"),
    h("dl", { class: "words" },
      STATUS.map((status) => [h("dt", {}, pill(status)), h("dd", {}, `The program ${status.meaning}.`)]))
  ];
}
