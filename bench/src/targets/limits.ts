/** The message limit given to every target that has one; the SDK's own default of 10 MiB would refuse the largest cases. */
export const maxMessageBytes: number = 64 * 1024 * 1024;
