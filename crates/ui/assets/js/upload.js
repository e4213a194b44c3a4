// `<form data-upload>` sends its file with a progress bar. Without script the form posts as usual.
(() => {
  "use strict";
  const send = (form) => {
    const box = form.querySelector("[data-upload-progress]");
    const bar = box.querySelector("progress");
    const label = box.querySelector("[data-upload-text]");
    const button = form.querySelector("button[type=submit]");
    const data = new FormData(form);
    const stop = (message) => {
      button.disabled = false;
      label.textContent = message;
    };
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.max = event.total;
      bar.value = event.loaded;
      const percent = Math.floor((event.loaded / event.total) * 100);
      label.textContent = percent < 100 ? `Sending: ${percent} %` : "Sent. The server is reading it.";
    });
    request.addEventListener("load", () => {
      if (request.status < 400) {
        location.assign(request.responseURL);
        return;
      }
      // The server answers a refused form with the page that holds it, errors and all.
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      const refused = answer.getElementById(form.id);
      if (refused) form.replaceWith(document.adoptNode(refused));
      else stop(answer.querySelector("[data-problem]")?.textContent ?? `The server refused the file (${request.status}).`);
      document.getElementById(form.id)?.querySelector("[aria-invalid], .error")?.focus?.();
    });
    request.addEventListener("error", () => stop("The connection broke. Nothing was stored; try again."));
    box.hidden = false;
    button.disabled = true;
    request.send(data);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (!form) return;
    event.preventDefault();
    send(form);
  });
  // A CSV needs to know which column is which; an XES does not.
  document.addEventListener("change", (event) => {
    const input = event.target.closest("form[data-upload] input[type=file]");
    const columns = input?.form.querySelector("details[data-columns]");
    if (columns) columns.open = /\.csv$/i.test(input.value);
    const name = input?.form.querySelector("input[name=name]");
    if (name && !name.value && input.files[0]) name.value = input.files[0].name.replace(/\.(xes|csv)(\.gz)?$/i, "");
  });
})();
