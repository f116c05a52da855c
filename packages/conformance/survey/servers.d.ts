export const servers: Record<string, { packages: string[]; transport: 'stdio' | 'sse' | 'http' }>;
