import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPackage } from './installed-size.js';

/** The version of an installed package, or undefined when it isn't installed where `from` would find it. */
export async function readPackageVersion(name: string, from: string): Promise<string | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(await findPackage(name, from), 'package.json'), 'utf8')) as { version: string };
    return manifest.version;
  } catch {
    return undefined;
  }
}
