// Imports the module named by its argument, once, and prints how many milliseconds that took. Starting the process is not counted.
const specifier = process.argv[2];
if (specifier === undefined) throw new Error('usage: cold-import.js URL');
const startedAt = performance.now();
await import(specifier);
process.stdout.write(`${performance.now() - startedAt}\n`, () => process.exit(0));
