interface Report {
  readonly userLimits?: { readonly open_files?: { readonly soft: string | number } };
}

const assumed = 1024;

/** How many descriptors a process that this one starts may have open. Node has raised its own limit to the most that it may. */
export function readDescriptorLimit(): number {
  const soft = (process.report?.getReport() as Report | undefined)?.userLimits?.open_files?.soft;
  if (soft === 'unlimited') return Number.POSITIVE_INFINITY;
  return soft === undefined || !(Number(soft) > 0) ? assumed : Number(soft);
}
