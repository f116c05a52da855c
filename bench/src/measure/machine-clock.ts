/** Milliseconds on a clock that all processes of this machine share, and that is never set. It has no meaning but in differences. */
export function readMachineClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
