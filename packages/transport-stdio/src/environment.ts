import process from 'node:process';

/**
 * The variables a server gets from our environment when it is given none: what programs need to run, and no secrets. On POSIX
 * the list that `sudo` keeps; on Windows what its loader, its command search and its installers expect.
 */
export const DEFAULT_INHERITED_ENV_VARS: string[] =
  process.platform === 'win32'
    ? [
        'APPDATA',
        'COMSPEC',
        'HOMEDRIVE',
        'HOMEPATH',
        'LOCALAPPDATA',
        'PATH',
        'PATHEXT',
        'PROCESSOR_ARCHITECTURE',
        'PROGRAMDATA',
        'PROGRAMFILES',
        'PROGRAMFILES(X86)',
        'PROGRAMW6432',
        'SYSTEMDRIVE',
        'SYSTEMROOT',
        'TEMP',
        'TMP',
        'USERNAME',
        'USERPROFILE',
        'WINDIR',
      ]
    : ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'];

/** A server's environment: our values of `DEFAULT_INHERITED_ENV_VARS`, and `additions`, which win. */
export function createEnvironment(additions: Record<string, string> | undefined): Record<string, string> {
  const environment = getDefaultEnvironment();
  if (additions && process.platform === 'win32') {
    // Windows knows no case here: of `PATH` and `Path` only one would get through, and not always the addition.
    const names = new Set(Object.keys(additions).map((name) => name.toUpperCase()));
    for (const name of Object.keys(environment)) if (names.has(name.toUpperCase())) delete environment[name];
  }
  return { ...environment, ...additions };
}

/** Our values of `DEFAULT_INHERITED_ENV_VARS`, without exported shell functions: those are code. */
export function getDefaultEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of DEFAULT_INHERITED_ENV_VARS) {
    const value = process.env[name];
    if (value !== undefined && !value.startsWith('()')) environment[name] = value;
  }
  return environment;
}
