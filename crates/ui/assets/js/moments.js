// Keeps relative times true while the page stays open, and names the exact one in the reader's zone.
(() => {
  "use strict";
  const MINUTE = 60, HOUR = 3600, DAY = 86400;
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  const relative = (moment) => {
    const past = (Date.now() - moment) / 1000;
    const s = Math.abs(past);
    if (s < 45) return past >= 0 ? "just now" : "in a moment";
    let amount;
    if (s < 1.5 * HOUR) amount = `${Math.round(s / MINUTE)} min`;
    else if (s < 1.5 * DAY) amount = `${Math.round(s / HOUR)} h`;
    else if (s < 30 * DAY) amount = `${Math.round(s / DAY)} d`;
    else return null; // the server's date stands
    return past >= 0 ? `${amount} ago` : `in ${amount}`;
  };
  const update = () => {
    for (const element of document.querySelectorAll("time[data-relative]")) {
      const moment = new Date(element.dateTime);
      if (Number.isNaN(moment.valueOf())) continue;
      const text = relative(moment);
      if (text && element.textContent !== text) element.textContent = text;
      if (!element.dataset.local) {
        element.dataset.local = "yes";
        element.title = `${exact.format(moment)} (${element.title})`;
      }
    }
  };
  // Pages of a recorded moment (the gallery) say so and stay as they are.
  if (document.documentElement.dataset.still === undefined) {
    update();
    setInterval(update, 15_000);
    document.body.addEventListener("htmx:afterSwap", update);
  }
})();
