export function startDualHttp(): Promise<{ url: string; close(): Promise<void> }>;
