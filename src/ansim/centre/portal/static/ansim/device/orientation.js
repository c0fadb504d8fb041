/**
 * The way up of WebP and PNG pictures. Every browser turns a JPEG by its EXIF; these two not every
 * one does, and none says so, so a sample of two pixels is asked. Source: Exif 3.0, tag 274.
 */

const TAG = 274;
const MOST_EXIF_BYTES = 1 << 16;
const MOST_CHUNKS = 10_000;
/** Two pixels side by side, with the word that they stand one above the other. */
const SAMPLES = {
  WEBP:
    "UklGRlIAAABXRUJQVlA4WAoAAAAIAAAAAQAAAAAAVlA4TBEAAAAvAQAAAAfQ//73v/+BiOh/AABFWElGGgAAAE1NACoAAAAI" +
    "AAEBEgADAAAAAQAGAAAAAAAA",
  PNG:
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAGmVYSWZNTQAqAAAACAABARIAAwAAAAEABgAAAAAAANZnS2kA" +
    "AAAPSURBVHicY/z//z8DAwMADv8C/7jFnpkAAAAASUVORK5CYII=",
};
const CHUNKS = {
  WEBP: { first: 12, exif: "EXIF", nameAt: 0, lengthAt: 4, little: true, around: 8, even: true },
  PNG: { first: 8, exif: "eXIf", nameAt: 4, lengthAt: 0, little: false, around: 12, even: false },
};

/** The EXIF orientation (1 to 8) by which the decoded pixels of `file` are still to be turned. */
export async function turnOf(file, name) {
  if (!(name in SAMPLES)) return 1;
  const turn = await written(file, CHUNKS[name]);
  return turn === 1 || (await isCarriedOut(name)) ? 1 : turn;
}

async function isCarriedOut(name) {
  const bytes = Uint8Array.from(atob(SAMPLES[name]), (letter) => letter.charCodeAt(0));
  try {
    const sample = await createImageBitmap(new Blob([bytes]));
    return sample.height > sample.width;
  } catch {
    return true;
  }
}

/** What the file's EXIF chunk says, wherever in the file it stands. */
async function written(file, { first, exif, nameAt, lengthAt, little, around, even }) {
  let at = first;
  for (let chunk = 0; chunk < MOST_CHUNKS && at + 8 <= file.size; chunk += 1) {
    const head = await viewOf(file, at, at + 8);
    const length = head.getUint32(lengthAt, little);
    if (textAt(head, nameAt) === exif) {
      const end = at + 8 + Math.min(length, MOST_EXIF_BYTES);
      return orientationIn(await viewOf(file, at + 8, end));
    }
    at += around + length + (even ? length % 2 : 0);
  }
  return 1;
}

async function viewOf(file, start, end) {
  return new DataView(await file.slice(start, end).arrayBuffer());
}

function textAt(view, at) {
  return String.fromCharCode(...[0, 1, 2, 3].map((step) => view.getUint8(at + step)));
}

function orientationIn(view) {
  try {
    const start = textAt(view, 0) === "Exif" ? 6 : 0;
    const little = view.getUint8(start) === 0x49;
    const directory = start + view.getUint32(start + 4, little);
    const count = view.getUint16(directory, little);
    for (let entry = 0; entry < count; entry += 1) {
      const at = directory + 2 + 12 * entry;
      if (view.getUint16(at, little) === TAG) {
        const turn = view.getUint16(at + 8, little);
        return turn >= 1 && turn <= 8 ? turn : 1;
      }
    }
  } catch {
    // Cut off or damaged: then there is no orientation, as for every other reader.
  }
  return 1;
}
