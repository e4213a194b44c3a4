// Live pages: `<div data-live="/path">` listens to server-sent events and turns each one called NAME
// into a DOM event `live:NAME` on the element, which htmx triggers on. Says when the line is down, and
// tells screen readers `data-announce` of a swapped part, once for each change.
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
  document.body.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    tell(status === 401 || status === 403 ? "You are signed out. Reload this page to go on." : `The server refused to refresh this page (${status}). What you see may be out of date.`);
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) tell("");
  });

  const announcement = document.getElementById("announcement");
  let announced = document.querySelector("[data-announce]")?.dataset.announce;
  document.body.addEventListener("htmx:afterSettle", () => {
    const now = document.querySelector("[data-announce]")?.dataset.announce;
    if (now && now !== announced) announcement.textContent = now;
    announced = now;
  });

  for (const element of document.querySelectorAll("[data-live]")) {
    const state = document.querySelector("[data-live-state]");
    const show = (text) => {
      if (!state) return;
      state.hidden = false;
      state.dataset.liveState = text === "Live" ? "on" : "off";
      state.textContent = text;
    };
    const source = new EventSource(element.dataset.live);
    source.addEventListener("open", () => show("Live"));
    source.addEventListener("error", () => show(source.readyState === EventSource.CLOSED ? "Not live" : "Reconnecting"));
    for (const name of (element.dataset.liveEvents ?? "changed").split(" ")) {
      source.addEventListener(name, () => element.dispatchEvent(new CustomEvent(`live:${name}`, { bubbles: true })));
    }
    addEventListener("pagehide", () => source.close());
  }
})();
