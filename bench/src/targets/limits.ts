/** The message limit given to every target that has one; the SDK's own default of 10 MiB would refuse the largest cases. */
export const maxMessageBytes: number = 64 * 1024 * 1024;

/** What a server may queue for one reader that does not read, for every target that has such a limit. */
export const maxQueuedBytes: number = 256 * 1024;
