import { readFile } from 'node:fs/promises';

const pageBytes = 4096;

/**
 * What the kernel holds for sockets on the whole machine, bytes: its own structures (slab) and what lies in TCP's buffers. Only differences mean something, and
 * only when nothing else happens. Undefined where there is no /proc.
 */
export async function readKernelMemory(): Promise<number | undefined> {
  try {
    const [memory, sockets] = await Promise.all([readFile('/proc/meminfo', 'utf8'), readFile('/proc/net/sockstat', 'utf8')]);
    const slabKiB = /^Slab:\s+(\d+) kB/m.exec(memory)?.[1];
    const pages = /^TCP:.* mem (\d+)/m.exec(sockets)?.[1];
    return slabKiB === undefined || pages === undefined ? undefined : Number(slabKiB) * 1024 + Number(pages) * pageBytes;
  } catch {
    return undefined;
  }
}
