const words = 'The quick brown fox jumps over the lazy dog while 12 wizards box; nothing here needs escaping, as in most prose. ';

/** ASCII prose of exactly `bytes` bytes, the same every time. Flat: no first use pays for joining its pieces. */
export function createText(bytes: number): string {
  return Buffer.from(words.repeat(Math.ceil(bytes / words.length))).toString('latin1', 0, bytes);
}
