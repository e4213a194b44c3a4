// `<form data-relay>` is sent by itself; without script its button sends it.
(() => {
  "use strict";
  // Pages of a recorded moment (the gallery) stay as they are.
  if (document.documentElement.dataset.still === undefined) document.querySelector("form[data-relay]")?.requestSubmit();
})();
