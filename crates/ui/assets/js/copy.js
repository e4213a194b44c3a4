// `<button data-copy="id">` copies the value or the text of the element with that id.
(() => {
  "use strict";
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    const label = button.querySelector("span") ?? button;
    const before = label.textContent;
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      label.textContent = "Copied";
    } catch {
      // No right to the clipboard: select it, so that the keyboard's copy works.
      if (source.select) source.select();
      else getSelection().selectAllChildren(source);
      label.textContent = "Press Ctrl+C";
    }
    button.setAttribute("aria-live", "polite");
    setTimeout(() => {
      label.textContent = before;
    }, 2000);
  });
})();
