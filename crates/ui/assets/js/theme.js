// Runs before the first paint: the chosen theme, and the mark that script is here.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const stored = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage is switched off: the system decides
    }
  };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    for (const button of document.querySelectorAll("[data-theme-set]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === (root.dataset.theme ?? "system")));
    }
  };
  apply(stored());
  document.addEventListener("DOMContentLoaded", () => apply(stored()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-set]");
    if (!button) return;
    try {
      localStorage.setItem("theme", button.dataset.themeSet);
    } catch {
      // it still holds for this page
    }
    apply(button.dataset.themeSet);
  });
  addEventListener("storage", (event) => {
    if (event.key === "theme") apply(event.newValue);
  });
})();
