import type { Histogram } from 'hdr-histogram-js';

/** A histogram of nanoseconds: 1 ns to 1000 s, three significant digits. The library is loaded with the first: many workers need none. */
export async function createLatencies(): Promise<Histogram> {
  const { default: hdr } = await import('hdr-histogram-js');
  return hdr.build({ lowestDiscernibleValue: 1, highestTrackableValue: 1e12, numberOfSignificantValueDigits: 3, useWebAssembly: false });
}

/** A percentile in microseconds. */
export function percentileUs(latencies: Histogram, percentile: number): number {
  return latencies.getValueAtPercentile(percentile) / 1000;
}
