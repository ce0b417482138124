const CR = 0x0d;
const SPACE = 0x20;
const PERCENT = 0x25;
const SLASH = 0x2f;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const BAR = 0x7c;
const ESCAPE = 0x1b;
const UPPER_A = 0x41;

/** No bar that is drawn is longer: a terminal has no more columns, of three bytes each. */
const MAX_DRAWING_BYTES = 1200;
const MAX_TIMES_BYTES = 200;

/** One progress bar as tqdm draws it: ` 45%|████▌     | 134/300 [00:03<00:04, 38.03it/s]`. */
export class Bar {
  count = 0;
  total = 0;
  /** It stands below another one, as that of an evaluation stands below that of the training. */
  isNested = false;

  /**
   * Reads the bar whose percentage begins at `start`, blanks before it allowed.
   *
   * @returns the place after it, or -1 when there is no such bar
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && bytes[at] === SPACE) at++;
    const percent = at;
    while (at < end && isDigit(bytes[at])) at++;
    if (at === percent || at - percent > 3 || bytes[at] !== PERCENT || bytes[at + 1] !== BAR) return -1;
    at += 2;
    const drawingEnd = Math.min(end, at + MAX_DRAWING_BYTES);
    while (at < drawingEnd && bytes[at] !== BAR && (bytes[at] as number) > CR) at++;
    if (at >= drawingEnd || bytes[at] !== BAR) return -1;
    at++;
    while (at < end && bytes[at] === SPACE) at++;
    let count = 0;
    const countStart = at;
    for (; at < end && isDigit(bytes[at]); at++) count = count * 10 + (bytes[at] as number) - ZERO;
    if (at === countStart || at - countStart > 12 || bytes[at] !== SLASH) return -1;
    const totalStart = ++at;
    let total = 0;
    for (; at < end && isDigit(bytes[at]); at++) total = total * 10 + (bytes[at] as number) - ZERO;
    if (at === totalStart || at - totalStart > 12 || bytes[at] !== SPACE || bytes[at + 1] !== OPEN) return -1;
    at += 2;
    const timesEnd = Math.min(end, at + MAX_TIMES_BYTES);
    while (at < timesEnd && bytes[at] !== CLOSE && (bytes[at] as number) > CR) at++;
    if (at >= timesEnd || bytes[at] !== CLOSE) return -1;
    at++;
    this.count = count;
    this.total = total;
    this.isNested = bytes[at] === ESCAPE && at + 2 < end && bytes[at + 1] === OPEN && bytes[at + 2] === UPPER_A;
    return at;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
