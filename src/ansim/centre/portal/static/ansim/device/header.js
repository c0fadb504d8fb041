/**
 * What kind of file it is, by its first bytes; names and types are never believed.
 *
 * The names are those of `ansim/fingerprints/sniff.py`.
 */

const HEAD_BYTES = 1 << 20;
const MOST_WHOLE_BYTES = 64 << 20;

const PICTURES = [
  ["ffd8ff", "JPEG"],
  ["89504e470d0a1a0a", "PNG"],
  ["474946383761", "GIF"],
  ["474946383961", "GIF"],
  ["49492a00", "TIFF"],
  ["4d4d002a", "TIFF"],
  ["0000000c6a5020200d0a870a", "JPEG2000"],
];
const VIDEOS = [
  ["1a45dfa3", "WEBM"],
  ["4f676753", "OGG"],
  ["000001ba", "MPEG-PS"],
  ["464c5601", "FLV"],
  ["3026b2758e66cf11", "ASF"],
];
const AVIF = ["avif", "avis"];
const HEIC = ["heic", "heix", "heim", "heis", "mif1", "msf1"];
const OLD_QUICKTIME = ["moov", "mdat", "wide", "free", "skip"];
const BMP_HEADERS = [12, 16, 40, 52, 56, 64, 108, 124];

/**
 * `{family: "picture"|"video", name, moves, width, height}` of a File, or null for none of ours.
 * Width and height are 0 where the header does not say.
 */
export async function kindOf(file) {
  const head = await bytesOf(file, 0, HEAD_BYTES);
  const view = new DataView(head.buffer);
  const name = pictureName(head, view);
  if (name === null) {
    const video = videoName(head);
    return video && { family: "video", name: video, moves: true, width: 0, height: 0 };
  }
  const [width, height] = sizeOf(name, head, view) ?? [0, 0];
  return { family: "picture", name, moves: await moves(name, head, view, file), width, height };
}

async function bytesOf(file, start, end) {
  return new Uint8Array(await file.slice(start, end).arrayBuffer());
}

function text(bytes, start, end) {
  return String.fromCharCode(...bytes.subarray(start, end));
}

function byMagic(head, table) {
  const start = Array.from(head.subarray(0, 12), (b) => b.toString(16).padStart(2, "0")).join("");
  return table.find(([magic]) => start.startsWith(magic))?.[1] ?? null;
}

function pictureName(head, view) {
  const found = byMagic(head, PICTURES);
  if (found) return found;
  if (text(head, 0, 4) === "RIFF" && text(head, 8, 12) === "WEBP") return "WEBP";
  if (text(head, 4, 8) === "ftyp") {
    const brand = text(head, 8, 12);
    if (AVIF.includes(brand)) return "AVIF";
    if (HEIC.includes(brand)) return brands(head, view).some((one) => AVIF.includes(one)) ? "AVIF" : "HEIC";
  }
  if (text(head, 0, 2) === "BM" && head.length > 30) {
    return BMP_HEADERS.includes(view.getUint32(14, true)) ? "BMP" : null;
  }
  return null;
}

function brands(head, view) {
  const end = Math.min(view.getUint32(0), 256, head.length);
  const found = [];
  for (let at = 16; at + 4 <= end; at += 4) found.push(text(head, at, at + 4));
  return found;
}

function videoName(head) {
  const found = byMagic(head, VIDEOS);
  if (found) return found;
  if (text(head, 0, 4) === "RIFF" && text(head, 8, 12) === "AVI ") return "AVI";
  const box = text(head, 4, 8);
  if (box === "ftyp" || OLD_QUICKTIME.includes(box)) return "MP4";
  const packets = [0, 188, 376].every((at) => head[at] === 0x47);
  return packets ? "MPEG-TS" : null;
}

function sizeOf(name, head, view) {
  if (head.length < 30) return null;
  if (name === "PNG") return [view.getUint32(16), view.getUint32(20)];
  if (name === "GIF") return [view.getUint16(6, true), view.getUint16(8, true)];
  if (name === "BMP" && view.getUint32(14, true) > 12) {
    return [view.getInt32(18, true), Math.abs(view.getInt32(22, true))];
  }
  if (name === "WEBP") return webpSize(head, view);
  if (name === "JPEG") return jpegSize(head, view);
  return null;
}

function webpSize(head, view) {
  const chunk = text(head, 12, 16);
  if (chunk === "VP8 ") return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  if (chunk === "VP8L") {
    const bits = view.getUint32(21, true);
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
  }
  if (chunk === "VP8X") {
    const at = (place) => 1 + head[place] + (head[place + 1] << 8) + (head[place + 2] << 16);
    return [at(24), at(27)];
  }
  return null;
}

/** The first frame header of a JPEG (ITU-T T.81, B.2.2). */
function jpegSize(head, view) {
  for (let at = 2; at + 9 < head.length; ) {
    const marker = head[at + 1];
    if (head[at] !== 0xff) return null;
    if (marker === 0xff) {
      at += 1;
    } else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return [view.getUint16(at + 7), view.getUint16(at + 5)];
    } else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
    } else {
      at += 2 + view.getUint16(at + 2);
    }
  }
  return null;
}

/** Whether a picture has several frames. */
async function moves(name, head, view, file) {
  if (name === "WEBP") return text(head, 12, 16) === "VP8X" && (head[20] & 0x02) !== 0;
  if (name === "AVIF") return text(head, 8, 12) === "avis";
  if (name === "PNG") return pngMoves(head, view);
  if (name === "GIF") {
    const whole = file.size > head.length ? await bytesOf(file, 0, MOST_WHOLE_BYTES) : head;
    return gifMoves(whole);
  }
  return false;
}

/** An animation says so (acTL) before its first pixels (PNG, third edition, 11.3.6). */
function pngMoves(head, view) {
  for (let at = 8; at + 12 <= head.length; at += 12 + view.getUint32(at)) {
    const chunk = text(head, at + 4, at + 8);
    if (chunk === "acTL") return view.getUint32(at + 8) > 1;
    if (chunk === "IDAT") return false;
  }
  return false;
}

/** A second image descriptor (GIF89a, sections 18 to 26). */
function gifMoves(bytes) {
  const table = (flags) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let pictures = 0;
  let at = 13 + table(bytes[10]);
  while (at < bytes.length) {
    if (bytes[at] === 0x2c) {
      pictures += 1;
      if (pictures === 2) return true;
      at += 11 + table(bytes[at + 9]);
    } else if (bytes[at] === 0x21) {
      at += 2;
    } else {
      return false;
    }
    while (bytes[at]) at += 1 + bytes[at];
    at += 1;
  }
  return false;
}
