/** One frame a second of a video, by the browser's own decoder: sought, never played, never shown. */

import { Problem } from "./work.js";

const MOST_SECONDS = 600;
const PATIENCE_MS = 30_000;
/** Into the frame that begins with the second: a seek to its very edge may give the one before. */
const INTO_FRAME = 0.005;
const BEYOND_ANY_END = 1e7;

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
  for (let seconds = 0; seconds < end; seconds += 1) {
    await seek(video, Math.min(seconds + INTO_FRAME, length));
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

async function seek(video, seconds) {
  const arrived = once(video, "seeked");
  video.currentTime = seconds;
  await arrived;
}
