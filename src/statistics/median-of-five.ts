/**
 * The middle one of the first five of `values`, by eight comparisons; none may be NaN. In an array: numbers that are
 * handed to a function become objects, one for each.
 */
export function medianOfFive(values: Float64Array): number {
  const a = values[0] as number;
  const b = values[1] as number;
  const c = values[2] as number;
  const d = values[3] as number;
  const e = values[4] as number;
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
