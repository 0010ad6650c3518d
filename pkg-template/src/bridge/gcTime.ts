/** A time to collection as the engine takes it (ms): NaN where nothing is said. One that is no number never comes. */
export function gcTimeNumber(gcTime: number | undefined): number {
  return Number.isNaN(gcTime) ? Number.POSITIVE_INFINITY : (gcTime ?? Number.NaN);
}
