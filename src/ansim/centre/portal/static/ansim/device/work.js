/**
 * From a file to its numbers. Runs in a worker, or on the page where there is none.
 *
 * `told(fraction)` is called often; it may wait, and it may throw to end the work.
 */

import { alternatesOf } from "./alternates.js";
import { isFaithful, strips, upright } from "./canvas.js";
import { turnOf } from "./orientation.js";
import { Pdq } from "./pdq.js";
import { Sha256, hex } from "./sha256.js";

const PIECE_BYTES = 1 << 20;
const MOST_PIXELS = 50_000_000;
const MOST_SECONDS = 600;
const SHORTEST_FRAME = 0.02;
/** Pixels as they are stored: no colour profile, no alpha mixed in. */
const AS_STORED = { colorSpaceConversion: "none", premultiplyAlpha: "none" };

/** Why a file gives no fingerprint here: a word of the page's own list. */
export class Problem extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** Whether pixels that are drawn come back unchanged (see `isFaithful`). */
export async function faithful() {
  return isFaithful();
}

/** SHA-256 of a File, 64 hex digits. */
export async function digest(file, told) {
  const sum = new Sha256();
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    sum.update(await pieceOf(file, at));
    await told(Math.min(1, (at + PIECE_BYTES) / file.size));
  }
  return hex(sum.digest());
}

async function pieceOf(file, at) {
  try {
    return new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer());
  } catch {
    // Moved, deleted or changed since it was chosen.
    throw new Problem("unreadable");
  }
}

/** Numbers of a still picture: those of `Pdq`, its size, and further hashes to search with. */
export async function picture(file, kind, told) {
  if (kind.width * kind.height > MOST_PIXELS) throw new Problem("large");
  // The orientation of its EXIF is carried out by default, in old browsers too.
  const bitmap = await readable(createImageBitmap(file, AS_STORED));
  try {
    const turn = await turnOf(file, kind.name);
    return await numbersOf(bitmap, [bitmap.width, bitmap.height], told, turn);
  } finally {
    bitmap.close();
  }
}

/** Numbers of one frame of a video (ImageBitmap, which is closed). */
export async function frame(bitmap, told) {
  try {
    const { pdq, quality } = await numbersOf(bitmap, [bitmap.width, bitmap.height], told);
    return { pdq, quality };
  } finally {
    bitmap.close();
  }
}

/** Numbers of what a canvas can draw, stored as `stored` = [width, height]. */
async function numbersOf(source, stored, told, turn = 1) {
  const [width, height] = upright(...stored, turn);
  if (width * height > MOST_PIXELS) throw new Problem("large");
  const made = new Pdq(width, height);
  const small = alternatesOf.takes(width, height) ? new Float64Array(width * height) : null;
  let rows = 0;
  for (const strip of strips(source, stored, turn)) {
    made.add(strip);
    if (small) alternatesOf.keep(small, strip, rows * width);
    rows += strip.length / 4 / width;
    await told(rows / height);
  }
  const { substance, ...numbers } = made.result();
  const alternates = alternatesOf(numbers, substance, small, width, height);
  return { ...numbers, width, height, alternates };
}

/** One frame a second of an animated picture. */
export async function animation(file, kind, most, told) {
  if (typeof ImageDecoder !== "function") throw new Problem("moving");
  if (kind.width * kind.height > MOST_PIXELS) throw new Problem("large");
  const type = `image/${kind.name.toLowerCase()}`;
  const data = await file.arrayBuffer();
  const decoder = new ImageDecoder({ data, type, ...AS_STORED });
  try {
    await readable(decoder.tracks.ready);
    await readable(decoder.completed);
    return await framesOf(decoder, most, told);
  } finally {
    decoder.close();
  }
}

/** What the browser's decoder promises; its refusal is a Problem. */
async function readable(promise) {
  try {
    return await promise;
  } catch {
    throw new Problem("unsupported");
  }
}

async function framesOf(decoder, most, told) {
  const count = decoder.tracks.selectedTrack.frameCount;
  const film = { frames: [], width: 0, height: 0, truncated: false };
  let clock = 0;
  let due = 0;
  for (let number = 0; number < count; number += 1) {
    if (clock >= MOST_SECONDS || film.frames.length === most) return { ...film, truncated: true };
    const { image } = await readable(decoder.decode({ frameIndex: number }));
    try {
      if (clock >= due) {
        const { displayWidth: width, displayHeight: height } = image;
        const { pdq, quality } = await numbersOf(image, [width, height], () => {});
        film.frames.push({ seconds: Math.round(clock * 1000) / 1000, pdq, quality });
        film.width ||= width;
        film.height ||= height;
        due = Math.floor(clock) + 1;
      }
      const shown = (image.duration ?? 0) / 1e6;
      clock += shown >= SHORTEST_FRAME ? shown : 0.1;
    } finally {
      image.close();
    }
    await told((number + 1) / count);
  }
  return film;
}
