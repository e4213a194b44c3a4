// Dialogs: a link `<a href="#id" data-dialog>` opens, `[data-close]` and a click beside close.
(() => {
  "use strict";
  const open = (id) => {
    const dialog = document.getElementById(id);
    if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
  };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("a[data-dialog]");
    if (opener) {
      event.preventDefault();
      for (const menu of document.querySelectorAll("details.account[open], details.topbar-menu[open]")) menu.open = false;
      open(opener.hash.slice(1));
      return;
    }
    const closer = event.target.closest("dialog [data-close]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog").close();
      return;
    }
    if (event.target instanceof HTMLDialogElement && event.target.open) {
      const box = event.target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) event.target.close();
    }
  });
  // Menus made of <details> close on Escape and on a click elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.account[open], details.topbar-menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.account[open], details.topbar-menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  for (const opener of document.querySelectorAll("a[data-dialog]")) opener.setAttribute("aria-haspopup", "dialog");
  if (location.hash.length > 1) {
    const target = document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDialogElement) {
      history.replaceState(null, "", location.pathname + location.search);
      open(target.id);
    }
  }
  window.countersign = { open };
})();
