/** Where errors go that nobody asked to hear of. */
export function reportError(error: Error): void {
  // biome-ignore lint/suspicious/noConsole: the last resort before silence; `onerror` takes its place
  console.error(error);
}
