/** One frame a second of a video, by the browser's own decoder: sought, never played, never shown. */

import { Problem } from "./work.js";

const MOST_SECONDS = 600;
const PATIENCE_MS = 30_000;
/** Into the frame that begins with the second: a seek to its very edge may give the one before. */
const INTO_FRAME = 0.005;
const BEYOND_ANY_END = 1e7;
/** How long a frame may take to be painted; a page in the background paints none. */
const PAINT_MS = 2_000;
const HIDDEN_PAINT_MS = 250;
const AGAIN_MS = 100;

/** The next `name` of `video`; a Problem when it fails or takes too long. */
function once(video, name) {
  return new Promise((resolve, reject) => {
    const stop = new AbortController();
    const end = (settle, value) => {
      clearTimeout(late);
      stop.abort();
      settle(value);
    };
    const late = setTimeout(() => end(reject, new Problem("unreadable")), PATIENCE_MS);
    const { signal } = stop;
    video.addEventListener(name, () => end(resolve), { signal });
    video.addEventListener("error", () => end(reject, new Problem("unsupported")), { signal });
  });
}

/** The time of the next frame that is painted; null where the browser cannot tell, or in `patience` ms. */
function painted(video, patience) {
  if (!("requestVideoFrameCallback" in video)) return Promise.resolve(null);
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(null), patience);
    video.requestVideoFrameCallback((_now, frame) => {
      clearTimeout(late);
      resolve(frame.mediaTime);
    });
  });
}

/**
 * `{frames: [{seconds, pdq, quality}], width, height, truncated}` of a video File.
 *
 * `most` frames at most; `hash(bitmap)` gives a frame's numbers; `told(fraction)` may throw.
 */
export async function film(file, most, hash, told) {
  const video = document.createElement("video");
  const address = URL.createObjectURL(file);
  video.muted = true;
  video.playsInline = true;
  video.preload = "auto";
  try {
    video.src = address;
    await once(video, "loadeddata");
    return await sampled(video, most, hash, told);
  } finally {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(address);
  }
}

async function sampled(video, most, hash, told) {
  const { videoWidth: width, videoHeight: height } = video;
  if (width * height === 0) throw new Problem("unsupported");
  const length = await lengthOf(video);
  const count = Math.max(1, Math.ceil(length - INTO_FRAME));
  const end = Math.min(count, MOST_SECONDS, most);
  const frames = [];
  let shown = null;
  for (let seconds = 0; seconds < end; seconds += 1) {
    shown = await seek(video, Math.min(seconds + INTO_FRAME, length), shown);
    frames.push({ seconds, ...(await hash(await createImageBitmap(video))) });
    await told(frames.length / end);
  }
  return { frames, width, height, truncated: end < count };
}

/** Seconds; recordings made in a browser tell it only when their end is sought. */
async function lengthOf(video) {
  if (Number.isFinite(video.duration)) return video.duration;
  await seek(video, BEYOND_ANY_END);
  if (!Number.isFinite(video.duration)) throw new Problem("unsupported");
  return video.duration;
}

/**
 * The time of the frame that is painted once the video stands at `seconds`; `before` that of the last one.
 *
 * On a busy device "seeked" comes before the new frame is painted, and what is drawn then is still the
 * old one. The same frame twice may be right, and is given a moment more.
 */
async function seek(video, seconds, before = null) {
  const arrived = once(video, "seeked");
  const paint = painted(video, document.hidden ? HIDDEN_PAINT_MS : PAINT_MS);
  video.currentTime = seconds;
  await arrived;
  const shown = await paint;
  return shown !== null && shown === before ? ((await painted(video, AGAIN_MS)) ?? shown) : shown;
}
