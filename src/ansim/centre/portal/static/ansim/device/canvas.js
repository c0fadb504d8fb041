/** Pixels out of what the browser decoded, on white, a strip at a time. */

const STRIP_PIXELS = 1 << 19;
const TRIAL_SIDE = 64;

/** A canvas that no page shows. */
function canvasOf(width, height) {
  if (typeof OffscreenCanvas === "function") return new OffscreenCanvas(width, height);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** Opaque, and kept where reading back is cheap. Throws where there is no canvas to be had. */
function paperOf(width, height) {
  const settings = { alpha: false, willReadFrequently: true, colorSpace: "srgb" };
  const paper = canvasOf(width, height).getContext("2d", settings);
  if (paper === null) throw new Error("no canvas");
  paper.imageSmoothingEnabled = false;
  return paper;
}

/** Where a stored pixel of a `width` x `height` picture goes, for the EXIF orientations 2 to 8. */
const TURNS = {
  2: (width) => [-1, 0, 0, 1, width, 0],
  3: (width, height) => [-1, 0, 0, -1, width, height],
  4: (width, height) => [1, 0, 0, -1, 0, height],
  5: () => [0, 1, 1, 0, 0, 0],
  6: (width, height) => [0, 1, -1, 0, height, 0],
  7: (width, height) => [0, -1, -1, 0, height, width],
  8: (width) => [0, -1, 1, 0, 0, width],
};

/** `[width, height]` the right way up. */
export function upright(width, height, turn) {
  return turn > 4 ? [height, width] : [width, height];
}

/**
 * The rows of `source` (ImageBitmap or VideoFrame, stored as `stored` = [width, height]) from above,
 * turned by the EXIF orientation `turn`, as RGBA bytes in pieces of whole rows. What is transparent
 * is put on white, as a page shows it.
 */
export function* strips(source, stored, turn = 1) {
  const [width, height] = upright(...stored, turn);
  const rows = Math.max(1, Math.min(height, Math.floor(STRIP_PIXELS / width)));
  const paper = paperOf(width, rows);
  for (let top = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top);
    paper.fillStyle = "#fff";
    paper.fillRect(0, 0, width, rows);
    if (turn === 1) {
      paper.drawImage(source, 0, top, width, count, 0, 0, width, count);
    } else {
      const [a, b, c, d, e, f] = TURNS[turn](...stored);
      paper.setTransform(a, b, c, d, e, f - top);
      paper.drawImage(source, 0, 0);
      paper.resetTransform();
    }
    yield paper.getImageData(0, 0, width, count).data;
  }
}

/**
 * Whether this browser gives back the pixels that were drawn. Some change them a little, or hide
 * them, so that pages cannot tell one visitor from another: fingerprints would be wrong.
 */
export function isFaithful() {
  try {
    const drawn = new ImageData(TRIAL_SIDE, TRIAL_SIDE);
    let state = 1;
    for (let at = 0; at < drawn.data.length; at += 1) {
      state = (state * 48271) % 2147483647;
      drawn.data[at] = at % 4 === 3 ? 255 : state >>> 16;
    }
    const first = paperOf(TRIAL_SIDE, TRIAL_SIDE);
    first.putImageData(drawn, 0, 0);
    for (const read of strips(first.canvas, [TRIAL_SIDE, TRIAL_SIDE])) {
      return read.every((value, at) => value === drawn.data[at]);
    }
  } catch {
    // No canvas, or reading it is forbidden here.
  }
  return false;
}
