import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from './make-directory.js';

/** Whether a directory, which is made if it isn't there, takes files. @throws Error of the system when it does not */
export async function assertWritable(directory: string): Promise<void> {
  await makeDirectory(directory);
  const probe = join(directory, '.writable');
  await writeFile(probe, '');
  await rm(probe);
}
