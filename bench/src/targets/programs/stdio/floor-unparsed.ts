// Whole lines go back as the bytes they came in; the part of a line at the end waits for its rest, as a reader of lines would.
let held: Buffer[] = [];
process.stdin.on('data', (chunk: Buffer) => {
  const end = chunk.lastIndexOf(10) + 1;
  if (end > 0) {
    for (const part of held) process.stdout.write(part);
    held = [];
    process.stdout.write(chunk.subarray(0, end));
  }
  if (end < chunk.length) held.push(chunk.subarray(end));
});
