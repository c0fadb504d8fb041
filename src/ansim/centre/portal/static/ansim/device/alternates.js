/**
 * Further hashes of a picture: of the large one that a small copy may come from, and the mark of
 * one in which next to nothing is left without its strongest lines.
 *
 * As `ansim/fingerprints/alternates.py` makes them. Frames and borders are not looked for here.
 */

import { pdqOfBlock } from "./pdq.js";

const BLOCK = 64;
const SMALL_SIDE = 256;
const MIN_QUALITY = 50;
const LEAST_SUBSTANCE = 20;
const SPLINE = 2;
const SQUARES = 0;
const ENLARGED = [
  [1024, SPLINE],
  [2048, SQUARES],
];

/**
 * `[{reason, pdq, quality}]` for the numbers of a picture; `luma` is its luminance (height x width
 * in one row) where it is small, else null.
 */
export function alternatesOf({ pdq, quality }, substance, luma, width, height) {
  const found = [];
  if (quality >= MIN_QUALITY && substance < LEAST_SUBSTANCE) {
    found.push({ reason: "bare", pdq, quality: substance });
  }
  if (luma === null) return found;
  const seen = new Set([pdq]);
  for (const [longer, reach] of ENLARGED) {
    const one = enlarged(luma, width, height, longer, reach);
    if (one.quality >= MIN_QUALITY && !seen.has(one.pdq)) {
      seen.add(one.pdq);
      found.push({ reason: "small_copy", ...one });
    }
  }
  return found;
}

/** Whether a picture is small enough to be a small copy. */
alternatesOf.takes = (width, height) => Math.max(width, height) <= SMALL_SIDE;

/** Put the luminance of RGBA bytes into `luma` from place `at`. */
alternatesOf.keep = (luma, rgba, at) => {
  for (let i = 0; i < rgba.length; i += 4) {
    luma[at + i / 4] = rgba[i] * 0.299 + rgba[i + 1] * 0.587 + rgba[i + 2] * 0.114;
  }
};

function enlarged(luma, width, height, longer, reach) {
  const scale = longer / Math.max(width, height);
  const rows = folded(height, Math.max(BLOCK, halfEven(height * scale)), reach);
  const columns = folded(width, Math.max(BLOCK, halfEven(width * scale)), reach);
  const bands = new Float64Array(BLOCK * width);
  rows.forEach((weights, i) => {
    weights.forEach((weight, y) => {
      if (weight === 0) return;
      for (let x = 0; x < width; x += 1) bands[i * width + x] += weight * luma[y * width + x];
    });
  });
  const block = new Float32Array(BLOCK * BLOCK);
  for (let i = 0; i < BLOCK; i += 1) {
    columns.forEach((weights, j) => {
      let total = 0;
      for (let x = 0; x < width; x += 1) total += weights[x] * bands[i * width + x];
      block[i * BLOCK + j] = total;
    });
  }
  return pdqOfBlock(block);
}

/** To the nearest whole number, halves to the even one. */
function halfEven(value) {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** The 64 rows of the tent matrix of `original` pixels, folded onto a copy's `length` pixels. */
function folded(length, original, reach) {
  const spread = Array.from({ length: original }, (_, line) => placesOf(line, length, original, reach));
  return tent(original).map(([start, weights]) => {
    const row = new Float64Array(length);
    weights.forEach((weight, k) => {
      for (const [pixel, share] of spread[start + k]) row[pixel] += weight * share;
    });
    return row;
  });
}

/** Of which of the copy's pixels one line of the original is made, and in what shares. */
function placesOf(line, length, original, reach) {
  if (reach === SQUARES) return [[Math.floor((line * length) / original), 1]];
  const place = ((line + 0.5) * length) / original - 0.5;
  const places = [];
  for (let step = 1 - reach; step <= reach; step += 1) {
    const pixel = Math.floor(place) + step;
    places.push([Math.min(length - 1, Math.max(0, pixel)), keys(Math.abs(place - pixel))]);
  }
  return places;
}

/** Weights of cubic interpolation at `d` pixels, 0 to 2 (Keys 1981, a = -1/2). */
function keys(d) {
  return d < 1 ? 1.5 * d ** 3 - 2.5 * d ** 2 + 1 : -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2;
}

/** For each of the 64 samples the first line that it reads, and the weights from there. */
function tent(length) {
  const size = Math.floor((length + 2 * BLOCK - 1) / (2 * BLOCK));
  const left = Math.floor((size - 1) / 2);
  const right = Math.floor(size / 2);
  return Array.from({ length: BLOCK }, (_, i) => {
    const centre = Math.floor(((i + 0.5) * length) / BLOCK);
    const first = Math.max(0, centre - left);
    const last = Math.min(length - 1, centre + right);
    const start = Math.max(0, first - left);
    const weights = new Float64Array(Math.min(length, last + right + 1) - start);
    for (let j = first; j <= last; j += 1) {
      const a = Math.max(0, j - left);
      const b = Math.min(length - 1, j + right);
      for (let k = a; k <= b; k += 1) weights[k - start] += 1 / (b + 1 - a) / (last + 1 - first);
    }
    return [start, new Float32Array(weights)];
  });
}
