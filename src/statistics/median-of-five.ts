/**
 * The middle one of five of `values`, from `from` on, by eight comparisons; none may be NaN. In an array: numbers that are
 * handed to a function become objects, one for each.
 */
export function medianOfFive(values: Float64Array, from: number): number {
  const a = values[from] as number;
  const b = values[from + 1] as number;
  const c = values[from + 2] as number;
  const d = values[from + 3] as number;
  const e = values[from + 4] as number;
  const lowAb = a < b ? a : b;
  const highAb = a < b ? b : a;
  const lowCd = c < d ? c : d;
  const highCd = c < d ? d : c;
  // neither the smallest nor the largest of four is the middle one of five
  const low = lowAb < lowCd ? lowCd : lowAb;
  const high = highAb < highCd ? highAb : highCd;
  const least = low < high ? low : high;
  const most = low < high ? high : low;
  if (e <= least) return least;
  return e < most ? e : most;
}
