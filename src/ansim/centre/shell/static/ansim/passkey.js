// Passkeys. A form with data-passkey is shown where the browser can do passkeys; on sending, the
// server is asked what to ask (data-options), the passkey answers, and the form goes off with the
// answer in its hidden fields. Without this script the password and the app's code do the same.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !window.isSecureContext) return;

  const bytes = (text) => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) => {
    const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte));
    return btoa(letters.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };
  const listed = (credentials) =>
    (credentials || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const opened = (options) => {
    const ready = { ...options, challenge: bytes(options.challenge) };
    if (options.user) ready.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) ready.excludeCredentials = listed(options.excludeCredentials);
    if (options.allowCredentials) ready.allowCredentials = listed(options.allowCredentials);
    ready.extensions = { prf: { eval: { first: bytes(options.extensions.prf.eval.first) } } };
    return ready;
  };

  const answered = (credential) => {
    const response = { clientDataJSON: text(credential.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
  };

  // The secret of the passkey for this site; empty where the authenticator has none.
  const secretOf = (credential) => {
    const { prf } = credential.getClientExtensionResults();
    return prf && prf.results && prf.results.first ? text(prf.results.first) : "";
  };

  // Some authenticators tell their secret only when they are used, not when they are made.
  const secretAfterwards = async (credential, asked) => {
    const { prf } = credential.getClientExtensionResults();
    if (!prf || !prf.enabled) return "";
    const used = await navigator.credentials.get({
      publicKey: {
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        rpId: asked.rp.id,
        allowCredentials: [{ type: "public-key", id: credential.rawId }],
        userVerification: "required",
        extensions: asked.extensions,
      },
    });
    return secretOf(used);
  };

  const ask = async (form) => {
    const reply = await fetch(form.dataset.options, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      credentials: "same-origin",
      redirect: "error",
    });
    if (!reply.ok) throw new Error(form.dataset.refused);
    const publicKey = opened(await reply.json());
    if (form.dataset.passkey === "create") {
      const made = await navigator.credentials.create({ publicKey });
      return [made, secretOf(made) || (await secretAfterwards(made, publicKey))];
    }
    const used = await navigator.credentials.get({ publicKey });
    return [used, secretOf(used)];
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const said = form.querySelector("[data-passkey-said]");
    const button = form.querySelector("button");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      said.hidden = true;
      button.disabled = true;
      try {
        const [credential, secret] = await ask(form);
        form.elements.answer.value = JSON.stringify(answered(credential));
        form.elements.prf.value = secret;
        form.submit();
      } catch (error) {
        said.textContent = error.message === form.dataset.refused ? error.message : form.dataset.failed;
        said.hidden = false;
        button.disabled = false;
        button.focus();
      }
    });
  }
})();
