// What every page does: the switch for the colours, the place in the list of contents, the filter of clauses.

function themeSwitch(button) {
  const themes = ["auto", "light", "dark"];
  const root = document.documentElement;
  const show = () => {
    const theme = root.dataset.theme ?? "auto";
    button.textContent = { auto: "◐ Auto", light: "○ Light", dark: "● Dark" }[theme];
    button.setAttribute("aria-label", `Colours: ${theme}`);
  };
  button.addEventListener("click", () => {
    const next = themes[(themes.indexOf(root.dataset.theme ?? "auto") + 1) % themes.length];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      localStorage.setItem("theme", next);
    } catch {
      // No storage: the choice holds for this page.
    }
    show();
  });
  button.hidden = false;
  show();
}

// Marks the section that is being read in the list of contents.
function followReading(contents) {
  const entries =
    new Map([...contents.querySelectorAll("a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const marks = [...entries.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const update = () => {
    const above = marks.filter((mark) => mark.getBoundingClientRect().top < 120);
    const current = above.at(-1) ?? marks[0];
    for (const [id, link] of entries) link.classList.toggle("current", id === current?.id);
    const link = entries.get(current?.id);
    const section = link?.closest("li.section");
    for (const item of contents.querySelectorAll("li.section")) item.classList.toggle("open", item === section);
    if (link) keepInSight(contents, link);
  };
  let waiting = false;
  window.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; update(); });
  }, { passive: true });
  update();
}

// Scrolls the list of contents, and it alone, so that `link` can be seen in it.
function keepInSight(contents, link) {
  const list = contents.getBoundingClientRect();
  const at = link.getBoundingClientRect();
  if (at.top < list.top + 40) contents.scrollTop += at.top - list.top - 80;
  else if (at.bottom > list.bottom - 40) contents.scrollTop += at.bottom - list.bottom + 80;
}

// The contents are a disclosure on narrow screens and always open beside the text on wide ones.
function unfold(contents) {
  const wide = matchMedia("(min-width: 68rem)");
  const follow = () => { contents.open = wide.matches; };
  wide.addEventListener("change", follow);
  follow();
  contents.addEventListener("click", (event) => {
    if (!wide.matches && event.target.closest("a")) contents.open = false;
  });
}

// Shows the rows whose level is checked and which hold what is typed.
function filterRows(form) {
  const rows = [...document.querySelectorAll("[data-level][data-words]")];
  const apply = () => {
    const levels = new Set([...form.querySelectorAll("input:checked")].map((box) => box.value));
    const words = form.elements.words.value.trim().toLowerCase().split(/\s+/);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !levels.has(row.dataset.level) || !words.every((word) => row.dataset.words.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    for (const group of document.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("[data-words]:not([hidden])");
    }
    form.querySelector("output").textContent = `${shown} of ${rows.length}`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
}

themeSwitch(document.getElementById("theme"));
for (const contents of document.querySelectorAll("details.contents")) {
  unfold(contents);
  followReading(contents);
}
for (const form of document.querySelectorAll("form.filter")) filterRows(form);
