// Shows or hides a password, and fills the strength meter by length until the server has judged it.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    if (!button) return;
    const field = document.getElementById(button.dataset.reveal);
    const show = field.type === "password";
    field.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", String(show));
    button.textContent = show ? "Hide" : "Show";
  });
  document.addEventListener("input", (event) => {
    const meter = document.querySelector(`[data-meter="${event.target.id}"]`);
    if (!meter) return;
    const value = event.target.value;
    const kinds = new Set(value).size;
    meter.dataset.score = value.length === 0 ? "0" : value.length < 12 || kinds < 6 ? "1" : value.length < 16 ? "2" : value.length < 20 ? "3" : "4";
  });
})();
