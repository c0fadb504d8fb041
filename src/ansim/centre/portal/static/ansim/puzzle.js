/**
 * A small puzzle that the page works on while somebody reads it: see puzzles.py.
 *
 * It runs in short slices, so that the page stays alive, and fills a hidden field. Whoever presses
 * the button before it is done waits for the rest; nobody waits longer than MOST_WAIT_MS, because
 * the page also works without it.
 */

import { Sha256 } from "./device/sha256.js";

const SLICE_MS = 12;
const MOST_WAIT_MS = 30_000;
const PARTS = 16;
const NUMBERS_BETWEEN_LOOKS = 64;

const text = new TextEncoder();

/** Whether SHA-256 of the bytes begins with `bits` zero bits. */
function fits(bytes, bits) {
  const digest = new Sha256().update(bytes).digest();
  const word = ((digest[0] << 24) | (digest[1] << 16) | (digest[2] << 8) | digest[3]) >>> 0;
  return word >>> (32 - bits) === 0;
}

/** Solves `puzzle` in slices; `done` gets the answer. */
function work(puzzle, done) {
  const [, , bits, , id] = puzzle.split(".");
  const numbers = [];
  let number = 0;
  const slice = () => {
    const ends = performance.now() + SLICE_MS;
    while (performance.now() < ends) {
      for (let i = 0; i < NUMBERS_BETWEEN_LOOKS; i += 1) {
        if (fits(text.encode(`${id}:${numbers.length}:${number}`), Number(bits))) {
          numbers.push(number);
          number = 0;
          if (numbers.length === PARTS) {
            done(numbers.join(","));
            return;
          }
        } else {
          number += 1;
        }
      }
    }
    window.setTimeout(slice, 0);
  };
  slice();
}

function start(field) {
  const { form } = field;
  const status = form.querySelector("[data-puzzle-status]");
  let pressed = null;
  let ready = false;

  const goOn = () => {
    ready = true;
    if (pressed !== null) form.requestSubmit(pressed);
  };
  form.addEventListener("submit", (event) => {
    // Only the button that sends waits; going back or changing something does not.
    const sends = event.submitter === null || event.submitter.matches("[data-puzzle-waits]");
    if (ready || !sends) return;
    event.preventDefault();
    if (pressed === null) window.setTimeout(goOn, MOST_WAIT_MS);
    pressed = event.submitter;
    status.textContent = status.dataset.puzzleStatus;
  });
  work(field.dataset.puzzle, (answer) => {
    field.value = answer;
    goOn();
  });
}

const field = document.querySelector("input[data-puzzle]");
if (field !== null) start(field);
