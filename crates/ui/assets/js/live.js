// Live pages: `<div data-live="/path">` listens to server-sent events and turns each one called NAME
// into a DOM event `live:NAME` on the element, which htmx triggers on. Says when the line is down.
(() => {
  "use strict";
  const offline = document.getElementById("offline");
  const text = document.getElementById("offline-text");
  const tell = (message) => {
    if (!offline) return;
    if (message) text.textContent = message;
    offline.hidden = !message;
  };
  addEventListener("offline", () => tell("You are offline. What you see may be out of date."));
  addEventListener("online", () => tell(""));
  document.body.addEventListener("htmx:sendError", () => tell("The server does not answer. What you see may be out of date; this page keeps trying."));
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) tell("");
  });

  for (const element of document.querySelectorAll("[data-live]")) {
    const state = document.querySelector("[data-live-state]");
    const show = (live) => {
      if (!state) return;
      state.hidden = false;
      state.dataset.liveState = live ? "on" : "off";
      state.textContent = live ? "Live" : "Reconnecting";
    };
    const source = new EventSource(element.dataset.live);
    source.addEventListener("open", () => show(true));
    source.addEventListener("error", () => show(false));
    for (const name of (element.dataset.liveEvents ?? "changed").split(" ")) {
      source.addEventListener(name, () => element.dispatchEvent(new CustomEvent(`live:${name}`, { bubbles: true })));
    }
    addEventListener("pagehide", () => source.close());
  }
})();
