// Elements without markup in strings: whatever comes out of the data is text.
function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat(9).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

const statusClass = (status) => `s s-${status.badness} s-${status.name}`;
const pill = (status) => h("span", { class: `pill ${statusClass(status)}` }, `${GLYPH[status.name]} ${status.name}`);
const link = (to, ...text) => h("a", { href: to }, ...text);
const part = encodeURIComponent;
const toCase = (one) => `#/case/${part(one.id)}`;
const toCell = (one, implementation) => `#/cell/${part(one.id)}/${part(implementation.name)}`;
const toClause = (clause) => `#/clause/${part(clause.slug)}`;
const toImplementation = (implementation) => `#/implementation/${part(implementation.name)}`;

function facts(pairs) {
  return h("dl", { class: "facts" },
    pairs.filter(([, value]) => value).map(([key, value]) => [h("dt", {}, key), h("dd", {}, value)]));
}

// A sentence of the specification: `code`, and [clause] for a reference to another.
function prose(text) {
  return text.split(/(`[^`]+`|\[[a-z0-9-]+\])/).map((piece) => {
    if (piece.startsWith("`")) return h("code", {}, piece.slice(1, -1));
    const slug = piece.startsWith("[") ? piece.slice(1, -1) : "";
    return clauseByName.has(slug) ? link(`#/clause/${part(slug)}`, h("code", {}, slug)) : piece.replaceAll("**", "");
  });
}

// Lines to be pasted, with a button that copies them.
function command(lines) {
  const said = h("span", { role: "status", class: "soft" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(lines.join("\n"));
      said.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(text);
      said.textContent = "selected: copy it";
    }
    setTimeout(() => { said.textContent = ""; }, 2000);
  };
  const text = h("pre", { tabindex: "0" }, lines.join("\n"));
  const button = h("button", { type: "button", class: "copy", onclick: copy }, "Copy");
  return h("div", { class: "command" }, text, button, " ", said);
}

// Where the site is published, if the report was told.
const published = (page, anchor) => data.base_url &&
  h("a", { class: "published", href: `${data.base_url.replace(/\/*$/, "")}/${page}#${part(anchor)}` },
    "public address");
const publishedClause = (slug) => published("compressed-clusters.html", slug);
const publishedCase = (id) => published("cases.html", id);

// A word of ours, with the page that explains it.
const word = (name, text = name) => h("a", { class: "word", href: `#/words/${part(name)}` }, text);
