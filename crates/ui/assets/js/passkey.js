// `<form data-passkey="get|create" data-options="URL">` asks an authenticator what the server wants to know,
// puts the answer into its field `answer`, and goes on as any form. `data-autofill`: the browser offers
// passkeys in the address field too, where it can.
(() => {
  "use strict";
  const decode = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const described = (list) => list.map((one) => ({ ...one, id: decode(one.id) }));
  // By hand: not every browser that knows passkeys knows parseRequestOptionsFromJSON and toJSON.
  const asked = (json) => ({
    ...json,
    challenge: decode(json.challenge),
    ...(json.user && { user: { ...json.user, id: decode(json.user.id) } }),
    ...(json.allowCredentials && { allowCredentials: described(json.allowCredentials) }),
    ...(json.excludeCredentials && { excludeCredentials: described(json.excludeCredentials) }),
  });
  const answered = ({ rawId, type, response }) => {
    const id = encode(rawId);
    const answer = { clientDataJSON: encode(response.clientDataJSON) };
    if (response.attestationObject) {
      answer.attestationObject = encode(response.attestationObject);
      answer.transports = response.getTransports?.() ?? [];
    } else {
      answer.authenticatorData = encode(response.authenticatorData);
      answer.signature = encode(response.signature);
      if (response.userHandle?.byteLength) answer.userHandle = encode(response.userHandle);
    }
    return { id, rawId: id, type, response: answer };
  };

  class Refused extends Error {}

  const question = async (form, signal) => {
    const answer = await fetch(form.dataset.options, { method: "POST", headers: { "x-csrf-token": form.elements.csrf.value }, signal });
    const json = await answer.json().catch(() => ({}));
    // Gone stale while the page was open: the page to sign in, or to prove it again, is one reload away.
    if (!answer.ok) throw new Refused(json.detail ?? json.title ?? "The server does not answer. Try again.");
    return asked(json);
  };

  const send = (form, credential) => {
    form.elements.answer.value = JSON.stringify(answered(credential));
    form.submit();
  };

  const WORDS = {
    NotAllowedError: "Nothing came of it: it was called off, or took too long. Try again.",
    InvalidStateError: "This device holds a passkey for you already.",
    SecurityError: "This browser makes no passkeys for this address. It needs a name and HTTPS.",
    NotSupportedError: "This device makes no passkeys of a kind that is taken here.",
  };
  const say = (form, error) => {
    const place = form.querySelector("[data-passkey-error]");
    place.querySelector("span").textContent = error instanceof Refused ? error.message : (WORDS[error.name] ?? "That did not work in this browser. Use another way.");
    place.hidden = false;
  };

  // One question at a time: asking while the browser waits behind the address field ends that wait.
  let waiting = new AbortController();

  const ceremony = async (form) => {
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    form.querySelector("[data-passkey-error]").hidden = true;
    waiting.abort();
    try {
      if (!globalThis.PublicKeyCredential) throw new Refused("This browser knows no passkeys here. They need HTTPS, and a browser that is not older than 2020.");
      const publicKey = await question(form);
      send(form, await navigator.credentials[form.dataset.passkey]({ publicKey }));
    } catch (error) {
      say(form, error);
      button.disabled = false;
    }
  };

  // Behind the address field. A challenge holds for five minutes, and the page may stay open for longer.
  const RENEW_MS = 4 * 60 * 1000;
  const autofill = async (form) => {
    if (!(await globalThis.PublicKeyCredential?.isConditionalMediationAvailable?.())) return;
    waiting = new AbortController();
    const { signal } = waiting;
    const renewal = setTimeout(() => {
      if (signal.aborted) return;
      waiting.abort();
      autofill(form);
    }, RENEW_MS);
    try {
      const publicKey = await question(form, signal);
      send(form, await navigator.credentials.get({ publicKey, mediation: "conditional", signal }));
    } catch {
      // Nobody asked for it: whoever wants a passkey has the button.
      clearTimeout(renewal);
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-passkey]");
    if (!form) return;
    event.preventDefault();
    ceremony(form);
  });
  const offered = document.querySelector("form[data-passkey][data-autofill]");
  if (offered) autofill(offered);
})();
