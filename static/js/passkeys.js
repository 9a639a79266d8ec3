// Connects a page's one passkey form with allauth's script, and says in words what went wrong.
(() => {
  "use strict";

  const WORDS = {
    NotAllowedError:
      "No passkey was used: it was cancelled, took too long, or none on this device fits. Try again, or go on without.",
    InvalidStateError: "This device holds a passkey for your account already.",
    SecurityError: "Passkeys work only on the site's own name and over https.",
    NotSupportedError: "This device cannot hold such a passkey. Try another one.",
    other: "That did not work, and nothing was changed. Try again in a moment.",
  };

  const form = document.querySelector("form[data-passkey]");
  const button = document.getElementById("passkey-button");
  if (!form || !button) return;
  const complaint = document.getElementById("passkey-complaint");

  function say(text) {
    complaint.querySelector("p").textContent = text;
    complaint.hidden = !text;
  }

  const kind = form.dataset.passkey;
  const ids = {
    [kind]: button.id,
    credential: form.querySelector("[name=credential]").id,
    data: "passkey-data",
    passwordless: form.querySelector("[name=passwordless]")?.id,
  };
  if (!window.PublicKeyCredential || !window.allauth?.webauthn) {
    if (kind === "add") say("This browser cannot hold passkeys here. Use an authenticator app instead.");
    return;
  }

  button.hidden = false;
  button.addEventListener("click", () => say(""));
  // Enter in the name's field: the passkey first, then the form.
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    button.click();
  });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    say(WORDS[event.detail.exception.name] || WORDS.other);
  });
  window.allauth.webauthn.forms[`${kind}Form`]({ ids });
})();
