/** Who does the work: a worker where there is one, else the page itself in slices. */

import { startWorker } from "./trusted.js";
import * as work from "./work.js";

const START_MS = 10_000;

/** The person called it off. */
export class Cancelled extends Error {
  name = "Cancelled";
}

/** The page itself; it breathes between the pieces, so that buttons work. */
class OnThisPage {
  #over = false;

  run(act, given, told) {
    return work[act](...given, async (fraction) => {
      told(fraction);
      await new Promise((done) => setTimeout(done));
      if (this.#over) throw new Cancelled();
    });
  }

  close() {
    this.#over = true;
  }
}

/** A worker, and the orders that it has not answered yet. */
class InAWorker {
  #worker;
  #orders = new Map();
  #last = 0;
  #over = null;

  constructor(worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }) => this.#hear(data));
    worker.addEventListener("error", () => this.#end(new work.Problem("unreadable")));
  }

  run(act, given, told) {
    if (this.#over) return Promise.reject(this.#over);
    this.#last += 1;
    const id = this.#last;
    const moved = given.filter((one) => one instanceof ImageBitmap);
    return new Promise((resolve, reject) => {
      this.#orders.set(id, { resolve, reject, told });
      this.#worker.postMessage({ id, act, given }, moved);
    });
  }

  close() {
    this.#worker.terminate();
    this.#end(new Cancelled());
  }

  #hear({ id, fraction, result, problem }) {
    const order = this.#orders.get(id);
    if (order === undefined) return;
    if (fraction !== undefined) {
      order.told(fraction);
      return;
    }
    this.#orders.delete(id);
    if (problem === undefined) order.resolve(result);
    else order.reject(new work.Problem(problem));
  }

  /** Whoever waits, and whoever asks from now on, hears why. */
  #end(reason) {
    this.#over ??= reason;
    for (const { reject } of this.#orders.values()) reject(reason);
    this.#orders.clear();
  }
}

/** An engine: `run(act, given, told)` with the acts of `work.js`, and `close()`. */
export async function engineAt(address) {
  try {
    const worker = startWorker(address);
    if (await isReady(worker)) {
      const engine = new InAWorker(worker);
      // A worker may lack what the page has (a canvas, above all).
      if (await engine.run("faithful", [], () => {})) return engine;
      engine.close();
    } else {
      worker.terminate();
    }
  } catch {
    // No workers of this kind here: the page does it.
  }
  return new OnThisPage();
}

function isReady(worker) {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(false), START_MS);
    const answer = (ready) => {
      clearTimeout(late);
      resolve(ready);
    };
    worker.addEventListener("message", () => answer(true), { once: true });
    worker.addEventListener("error", () => answer(false), { once: true });
  });
}
