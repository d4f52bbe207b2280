// Where in the report we are is what stands behind the # of the address.
function route() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [page = "", ...names] = path.split("/").map((piece) => {
    try {
      return decodeURIComponent(piece);
    } catch {
      return piece;
    }
  });
  return { page, names, query: Object.fromEntries(new URLSearchParams(query)) };
}

function content({ page, names, query }) {
  switch (page) {
    case "clauses": return overview("clauses", query);
    case "cell": return cellPage(...names);
    case "case": return casePage(...names);
    case "clause": return clausePage(names[0], query);
    case "implementation": return implementationPage(...names);
    case "versions": return versionsPage(...names);
    case "words": return wordsPage();
    case "cases": return overview("cases", query);
    default: return WIDTH === 1 ? implementationPage(data.implementations[0].name) : overview("cases", query);
  }
}

// What is left comes back as it was: how far it was scrolled, and what had the focus.
const left = new Map();
let shown = null;

function leave() {
  if (shown === null) return;
  left.set(shown, {
    y: window.scrollY,
    inner: document.querySelector(".grid")?.scrollTop ?? 0,
    focus: document.activeElement?.closest?.("main a")?.getAttribute("href"),
  });
}

function focusOn(main, href) {
  const before = href && [...main.querySelectorAll("a")].find((one) => one.getAttribute("href") === href);
  (before ?? main).focus({ preventScroll: true });
}

function show() {
  const first = shown === null;
  leave();
  shown = location.hash;
  const here = route();
  rememberOverview(here.page || (WIDTH > 1 ? "cases" : ""), location.hash);
  const main = document.getElementById("main");
  main.replaceChildren(...content(here).flat(9).filter(Boolean));
  for (const to of document.querySelectorAll("header nav a"))
    if (to.hash === `#/${here.page || (WIDTH > 1 ? "cases" : "")}`) to.setAttribute("aria-current", "page");
    else to.removeAttribute("aria-current");
  document.title = `${main.querySelector("h1")?.textContent ?? ""} – qcow2-conform`;
  const { y, inner, focus } = left.get(shown) ?? { y: 0, inner: 0 };
  if (inner || focus) finish();
  if (!first) focusOn(main, focus);
  window.scrollTo(0, y);
  if (inner) document.querySelector(".grid")?.scrollTo(0, inner);
  if (here.page === "words" && here.names[0]) document.getElementById(`word-${here.names[0]}`)?.scrollIntoView();
}

function themeSwitch(button) {
  const themes = ["auto", "light", "dark"];
  let theme = "auto";
  try { theme = localStorage.getItem("theme") ?? "auto"; } catch { /* a page from disk may have no storage */ }
  const apply = () => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.textContent = `Colours: ${theme}`;
  };
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    try { localStorage.setItem("theme", theme); } catch { /* the choice holds for this page */ }
    apply();
  });
  if (!themes.includes(theme)) theme = "auto";
  apply();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const to = { n: "#next", p: "#previous" }[event.key];
  if (to) document.querySelector(to)?.click();
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector("#filter-q")?.focus();
  }
  if (event.key === "Escape" && route().page.match(/^(cell|case|clause|implementation)$/))
    location.hash = overviewOf(route().page === "clause" ? "clauses" : "cases");
});

window.addEventListener("beforeprint", finish);
if (programs.length === 0) document.querySelector('nav a[href="#/versions"]').remove();
document.getElementById("suite").textContent = data.suite.replace(/^qcow2-conform /, "");
document.getElementById("foot").textContent = `Corpus ${data.corpus.slice(0, 12)}; made by: ${
  data.argv }; the programs ran with: ${ data.confinement.join(", ") || "no limits" }.`;
themeSwitch(document.getElementById("theme"));
window.addEventListener("hashchange", show);
show();
document.documentElement.dataset.ready = "";
