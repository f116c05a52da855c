/** UTF-8 in memory of its own, exactly as much as it takes: what Buffer shares out of a pool would keep the pool. */
export function encodeText(text: string): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text, bytes.length === text.length ? 'latin1' : 'utf8');
  return bytes;
}

/** Costs a pass over the text. */
export function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
