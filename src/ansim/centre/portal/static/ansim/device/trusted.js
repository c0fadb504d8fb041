/**
 * Starting a worker under Trusted Types: the policy `ansim`, made once a page, names nothing but
 * the workers that the page itself names in its `data-worker` attributes.
 */

function checked(address) {
  const named = document.querySelectorAll("[data-worker]");
  if (Array.from(named).some((element) => element.dataset.worker === address)) return address;
  throw new TypeError("not a worker of this page");
}

const policy = globalThis.trustedTypes?.createPolicy("ansim", { createScriptURL: checked });

/** A module worker from `address`. Throws where there is none to be had. */
export function startWorker(address) {
  return new Worker(policy ? policy.createScriptURL(address) : checked(address), { type: "module" });
}
