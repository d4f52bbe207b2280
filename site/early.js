// Before anything is painted: the reader's choice of colours, where one was made.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A page from disk may have no storage; then the system decides.
}
