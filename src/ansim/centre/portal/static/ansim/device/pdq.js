/**
 * PDQ of a picture, row by row: the reference's own order of additions in single precision.
 *
 * The same as `replayed_block` and its neighbours in `ansim/fingerprints/kernels.py`: two box
 * filters along each axis, 64 x 64 samples, 16 x 16 low frequencies, one bit for each. On the same
 * pixels the bits are those of the reference, always. Only a few rows are held at a time.
 *
 * Source: Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019.
 */

const BLOCK = 64;
const FREQUENCIES = 16;
const COUNT = FREQUENCIES * FREQUENCIES;
const WHITE = 255;
const MIN_SIDE = 5;
const NOTHING = "0".repeat(BLOCK);
const STRONG_LINES = 8;
const { fround } = Math;

/** Where the eight turned hashes, in the reference's order, stand among those that are made. */
const TURNS = [0, 3, 6, 5, 4, 2, 1, 7];

/** A box of the filter for `length` pixels: how far it reaches to both sides. */
function box(length) {
  const size = Math.floor((length + 2 * BLOCK - 1) / (2 * BLOCK));
  return { size, left: Math.floor((size - 1) / 2), right: Math.floor(size / 2) };
}

/** Running sums of a box along `values`: the pixel ahead comes in, then the one behind goes. */
function sumsAlong(values, { left, right }, sums) {
  const width = values.length;
  let total = 0;
  for (let x = -right; x < width; x += 1) {
    const ahead = x + right;
    const behind = x - left - 1;
    if (ahead < width) total = fround(total + values[ahead]);
    if (behind >= 0) total = fround(total - values[behind]);
    if (x >= 0) sums[x] = total;
  }
}

/** How many pixels lie in the box around `at`, at the borders too. */
function inBox(at, length, { left, right }) {
  return Math.min(length - 1, at + right) - Math.max(0, at - left) + 1;
}

/** The middles of 64 equal parts. */
function middles(length) {
  return Array.from({ length: BLOCK }, (_, i) => Math.floor(((i + 0.5) * length) / BLOCK));
}

/** The PDQ of one picture being made: `add` its rows from above, then read `result`. */
export class Pdq {
  #width;
  #height;
  #across;
  #down;
  #ring;
  #made = 0;
  #done = 0;
  #columnSums;
  #row;
  #sums;
  #samples;
  #columns;
  #luma = null;

  /** `width` and `height` in pixels. */
  constructor(width, height) {
    this.#width = width;
    this.#height = height;
    this.#across = box(width);
    this.#down = box(height);
    const rows = this.#down.size + 2;
    this.#ring = Array.from({ length: rows }, () => new Float32Array(width));
    this.#columnSums = new Float32Array(width);
    this.#row = new Float32Array(width);
    this.#sums = new Float32Array(width);
    this.#samples = new Float32Array(height * BLOCK);
    this.#columns = middles(width);
    if (width === BLOCK && height === BLOCK) {
      this.#luma = new Float32Array(BLOCK * BLOCK);
    }
  }

  /** Take in whole rows as RGBA bytes; transparency is not looked at. */
  add(rgba) {
    const bytes = 4 * this.#width;
    for (let at = 0; at + bytes <= rgba.length && this.#made < this.#height; at += bytes) {
      this.#take(rgba, at);
      const last = this.#made === this.#height ? this.#height : this.#made - this.#down.right;
      while (this.#done < last) this.#give();
    }
  }

  /**
   * After the last row: `pdq` (64 hex digits), `quality` (0 to 100), `dihedral` (eight turned and
   * mirrored hashes, `pdq` first) and `substance` (quality without its eight strongest lines).
   */
  result() {
    if (this.#width < MIN_SIDE || this.#height < MIN_SIDE) {
      return { pdq: NOTHING, quality: 0, dihedral: Array(8).fill(NOTHING), substance: 0 };
    }
    const block = this.#block();
    const dihedral = hashesOf(frequenciesOf(block));
    if (this.#luma) {
      // Such a picture the reference takes as it is, but not when it turns it.
      [dihedral[0]] = hashesOf(frequenciesOf(this.#luma));
    }
    return { pdq: dihedral[0], quality: qualityOf(block), dihedral, substance: substanceOf(block) };
  }

  /** One row of pixels: luminance, then the first filter along it, into the ring. */
  #take(rgba, start) {
    const row = this.#row;
    const width = this.#width;
    for (let x = 0, at = start; x < width; x += 1, at += 4) {
      row[x] = rgba[at] * 0.299 + rgba[at + 1] * 0.587 + rgba[at + 2] * 0.114;
    }
    this.#luma?.set(row, this.#made * BLOCK);
    sumsAlong(row, this.#across, this.#sums);
    const out = this.#ring[this.#made % this.#ring.length];
    const { size, left, right } = this.#across;
    for (let x = 0; x < width; x += 1) out[x] = this.#sums[x] / size;
    for (let x = 0; x < Math.min(left, width); x += 1) {
      out[x] = this.#sums[x] / (Math.min(width - 1, x + right) + 1);
    }
    for (let x = Math.max(0, width - right); x < width; x += 1) {
      out[x] = this.#sums[x] / (width - Math.max(0, x - left));
    }
    if (this.#made < this.#down.right) this.#addColumns(out);
    this.#made += 1;
  }

  /** One row of the first filter down, the second along it, and its 64 samples. */
  #give() {
    const y = this.#done;
    const { left, right } = this.#down;
    if (y + right < this.#height) this.#addColumns(this.#ring[(y + right) % this.#ring.length]);
    if (y - left - 1 >= 0) this.#takeColumns(this.#ring[(y - left - 1) % this.#ring.length]);
    const count = inBox(y, this.#height, this.#down);
    const row = this.#row;
    for (let x = 0; x < row.length; x += 1) row[x] = this.#columnSums[x] / count;
    sumsAlong(row, this.#across, this.#sums);
    this.#columns.forEach((x, j) => {
      this.#samples[y * BLOCK + j] = this.#sums[x] / inBox(x, this.#width, this.#across);
    });
    this.#done += 1;
  }

  #addColumns(row) {
    const sums = this.#columnSums;
    for (let x = 0; x < sums.length; x += 1) sums[x] += row[x];
  }

  #takeColumns(row) {
    const sums = this.#columnSums;
    for (let x = 0; x < sums.length; x += 1) sums[x] -= row[x];
  }

  /** The second filter down the 64 columns that are read, at the 64 rows that are read. */
  #block() {
    const height = this.#height;
    const { left, right } = this.#down;
    const block = new Float32Array(BLOCK * BLOCK);
    const total = new Float32Array(BLOCK);
    const samples = this.#samples;
    for (let y = 0; y < right; y += 1) {
      for (let j = 0; j < BLOCK; j += 1) total[j] += samples[y * BLOCK + j];
    }
    let y = 0;
    middles(height).forEach((row, i) => {
      for (; y <= row; y += 1) {
        for (let j = 0; j < BLOCK; j += 1) {
          if (y + right < height) total[j] += samples[(y + right) * BLOCK + j];
          if (y - left - 1 >= 0) total[j] -= samples[(y - left - 1) * BLOCK + j];
        }
      }
      const count = inBox(row, height, this.#down);
      for (let j = 0; j < BLOCK; j += 1) block[i * BLOCK + j] = total[j] / count;
    });
    return block;
  }
}

/** Rows 1 to 16 of the 64-point cosine transform. */
const COSINES = (() => {
  const scale = fround(Math.sqrt(2 / BLOCK));
  const cosines = new Float32Array(FREQUENCIES * BLOCK);
  for (let i = 0; i < FREQUENCIES; i += 1) {
    for (let j = 0; j < BLOCK; j += 1) {
      cosines[i * BLOCK + j] = scale * Math.cos((Math.PI / 2 / BLOCK) * (i + 1) * (2 * j + 1));
    }
  }
  return cosines;
})();

/** 16 x 16 low frequencies, summed term after term in single precision. */
function frequenciesOf(block) {
  const half = new Float32Array(FREQUENCIES * BLOCK);
  const out = new Float32Array(COUNT);
  for (let i = 0; i < FREQUENCIES; i += 1) {
    for (let k = 0; k < BLOCK; k += 1) {
      const cosine = COSINES[i * BLOCK + k];
      for (let j = 0; j < BLOCK; j += 1) {
        half[i * BLOCK + j] += fround(cosine * block[k * BLOCK + j]);
      }
    }
    for (let k = 0; k < BLOCK; k += 1) {
      const value = half[i * BLOCK + k];
      for (let j = 0; j < FREQUENCIES; j += 1) {
        out[i * FREQUENCIES + j] += fround(value * COSINES[j * BLOCK + k]);
      }
    }
  }
  return out;
}

/** The eight hashes: sign changes and transpositions of the same frequencies. */
function hashesOf(frequencies) {
  const made = [];
  for (let pattern = 0; pattern < 4; pattern += 1) {
    const signed = frequencies.map((value, at) => {
      const across = pattern % 2 === 1 && at % 2 === 0;
      const along = pattern > 1 && Math.floor(at / FREQUENCIES) % 2 === 0;
      return across === along ? value : -value;
    });
    const median = signed.slice().sort()[COUNT / 2 - 1];
    made.push(digits(signed, median, (at) => at));
    made.push(
      digits(signed, median, (at) => (at % FREQUENCIES) * FREQUENCIES + Math.floor(at / FREQUENCIES)),
    );
  }
  return TURNS.map((place) => made[place]);
}

/** 64 hex digits; the bit of the last frequency comes first. */
function digits(values, median, place) {
  let text = "";
  for (let at = COUNT - 1; at > 0; at -= 4) {
    let digit = 0;
    for (let bit = 0; bit < 4; bit += 1) {
      digit = 2 * digit + (values[place(at - bit)] > median ? 1 : 0);
    }
    text += digit.toString(16);
  }
  return text;
}

/** Hash and quality of a 64 x 64 luminance block (Float32Array) that was made in another way. */
export function pdqOfBlock(block) {
  return { pdq: hashesOf(frequenciesOf(block))[0], quality: qualityOf(block) };
}

/** Quality from the sum of whole-number gradients: over 90, at most 100. */
function capped(steps) {
  return Math.min(100, Math.floor(steps / 90));
}

function percent(step) {
  return Math.floor(Math.abs(fround(fround(fround(step) * 100) / WHITE)));
}

/** The sums of gradients between neighbouring lines, `[across, down]`, 63 each. */
function lineSteps(block) {
  const across = new Int32Array(BLOCK - 1);
  const down = new Int32Array(BLOCK - 1);
  for (let i = 0; i < BLOCK; i += 1) {
    for (let j = 1; j < BLOCK; j += 1) {
      across[j - 1] += percent(block[i * BLOCK + j - 1] - block[i * BLOCK + j]);
      down[j - 1] += percent(block[(j - 1) * BLOCK + i] - block[j * BLOCK + i]);
    }
  }
  return [across, down];
}

function sum(values) {
  return values.reduce((total, one) => total + one, 0);
}

function qualityOf(block) {
  return capped(lineSteps(block).reduce((total, steps) => total + sum(steps), 0));
}

/** As `substance` of `ansim/fingerprints/alternates.py`: a frame around nothing has little. */
function substanceOf(block) {
  const left = lineSteps(block).map((steps) => sum(steps.sort().subarray(0, -STRONG_LINES)));
  return capped(left[0] + left[1]);
}
