const LF = 0x0a;
const CR = 0x0d;

/*
 * Lines end in LF, CRLF or CR. All three are ASCII, and no byte of a longer UTF-8 character looks like them, so they can be found
 * before anything is decoded.
 *
 * The engine's own search is many times faster than a loop, but looks for one byte only. Line ends that are near are found by a loop;
 * for the rest, each window is searched for both bytes, so that a search for one that never comes costs a window and not the chunk.
 */
const NEAR_BYTES = 128;
const WINDOW_BYTES = 4096;

export function isLineEnd(byte: number | undefined): boolean {
  return byte === LF || byte === CR;
}

/** The index after the line that `from` lies in, with its line end, or -1 if the line has none yet. */
export function afterLine(bytes: Uint8Array, from: number): number {
  const index = firstLineEnd(bytes, from);
  if (index === -1) return -1;
  return bytes[index] === CR && bytes[index + 1] === LF ? index + 2 : index + 1;
}

/** The index after the first blank line at or after `from`, or -1. `atLineStart`: a line begins at `from`. */
export function afterBlankLine(bytes: Uint8Array, from: number, atLineStart: boolean): number {
  let start = atLineStart;
  for (let index = from; ; start = true) {
    const blank = start && isLineEnd(bytes[index]);
    index = afterLine(bytes, index);
    if (blank || index === -1) return index;
  }
}

/** The index after the last blank line, or `from` if there is none at or after it. A line begins at `from`. */
export function afterLastBlankLine(bytes: Uint8Array, from: number): number {
  let index = lastLineEnd(bytes, from, bytes.length);
  while (index !== -1) {
    const lineEnd = bytes[index] === LF && index > from && bytes[index - 1] === CR ? index - 1 : index;
    if (lineEnd === from || isLineEnd(bytes[lineEnd - 1])) return index + 1;
    index = lastLineEnd(bytes, from, lineEnd);
  }
  return from;
}

function firstLineEnd(bytes: Uint8Array, from: number): number {
  const near = Math.min(from + NEAR_BYTES, bytes.length);
  for (let index = from; index < near; index++) {
    if (isLineEnd(bytes[index])) return index;
  }
  for (let start = near; start < bytes.length; start += WINDOW_BYTES) {
    const window = bytes.subarray(start, start + WINDOW_BYTES);
    const lf = window.indexOf(LF);
    const cr = window.indexOf(CR);
    if (lf !== -1 || cr !== -1) return start + (lf === -1 || (cr !== -1 && cr < lf) ? cr : lf);
  }
  return -1;
}

/** The last one at or after `from` and before `end`. */
function lastLineEnd(bytes: Uint8Array, from: number, end: number): number {
  const near = Math.max(end - NEAR_BYTES, from);
  for (let index = end - 1; index >= near; index--) {
    if (isLineEnd(bytes[index])) return index;
  }
  for (let stop = near; stop > from; stop -= WINDOW_BYTES) {
    const start = Math.max(stop - WINDOW_BYTES, from);
    const window = bytes.subarray(start, stop);
    const index = Math.max(window.lastIndexOf(LF), window.lastIndexOf(CR));
    if (index !== -1) return start + index;
  }
  return -1;
}
