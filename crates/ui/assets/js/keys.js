// Keyboard: `?` helps, `g` and a letter goes, `j` and `k` move along rows, `d` goes to the decision.
(() => {
  "use strict";
  let goUntil = 0;
  // Single keys can be switched off (WCAG 2.1.4): speech input would type them by accident.
  const box = document.querySelector("[data-shortcuts]");
  try {
    if (box) box.checked = localStorage.getItem("shortcuts") !== "off";
    box?.addEventListener("change", () => localStorage.setItem("shortcuts", box.checked ? "on" : "off"));
  } catch {
    // storage is switched off: they stay on
  }
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  const rows = () => [...document.querySelectorAll(".item-title a, a.cover")].filter((row) => row.offsetParent !== null);
  const move = (step) => {
    const all = rows();
    if (all.length === 0) return;
    const here = all.indexOf(document.activeElement);
    const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
    all[next].focus();
    all[next].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (!box?.checked || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (Date.now() < goUntil) {
      goUntil = 0;
      const target = [...document.querySelectorAll("[data-go]")].find((key) => key.textContent === event.key);
      if (target) {
        event.preventDefault();
        location.assign(target.dataset.go);
        return;
      }
    }
    if (event.key === "g") goUntil = Date.now() + 1500;
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "d") {
      const decision = document.getElementById("decision");
      decision?.querySelector("textarea, button")?.focus();
      decision?.scrollIntoView({ block: "nearest" });
      if (decision) event.preventDefault();
    } else if (event.key === "?") window.countersign.open("help");
  });
})();
