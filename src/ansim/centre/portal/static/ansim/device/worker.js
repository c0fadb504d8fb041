/** The worker: does what `work.js` has, one order after another, and says how far it is. */

import * as work from "./work.js";

const acts = {
  animation: work.animation,
  digest: work.digest,
  faithful: work.faithful,
  frame: work.frame,
  picture: work.picture,
};

self.addEventListener("message", async ({ data: { id, act, given } }) => {
  const told = (fraction) => self.postMessage({ id, fraction });
  try {
    self.postMessage({ id, result: await acts[act](...given, told) });
  } catch (error) {
    self.postMessage({ id, problem: error instanceof work.Problem ? error.reason : "unreadable" });
  }
});

self.postMessage({ ready: true });
