/**
 * Numbers as the page writes them. Pure; a number that is not finite is written as trainers write it: NaN, inf, -inf.
 */
export type Language = 'en' | 'zh-CN';

const GIB = 2 ** 30;

function formatNonFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'inf' : '-inf';
}

/** Four decimals, fewer for large numbers; never a rounded zero: `0` is exactly zero. */
export function formatLoss(value: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(value);
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e6 || size < 1e-3) return scientific(value, 4);
  if (size >= 1000) return value.toFixed(1);
  return value.toFixed(size >= 100 ? 2 : 4);
}

/** Four significant digits. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(value);
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e6 || size < 1e-3) return scientific(value, 4);
  if (Number.isInteger(value)) return String(value);
  return size >= 1000 ? value.toFixed(0) : value.toPrecision(4);
}

/** `2e-5`, `1.95e-5`. */
export function formatLearningRate(value: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(value);
  return value === 0 ? '0' : scientific(value, 3);
}

function scientific(value: number, digits: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e');
  return `${Number(mantissa)}e${Number(exponent)}`;
}

/** Beside an axis, where there is little room: `2e-5`, `0.25`, `40K`. */
export function formatAxis(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? formatLearningRate(value) : compact.format(value);
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 4 });

export function formatEpoch(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : formatNonFinite(value);
}

/** Rounded down, so that 100 % is the end and nothing before it. */
export function formatPercent(ratio: number): string {
  if (!Number.isFinite(ratio)) return formatNonFinite(ratio);
  const tenths = Math.floor(ratio * 1000 + 1e-9);
  return tenths >= 1000 ? `${tenths / 10}%` : `${(tenths / 10).toFixed(1)}%`;
}

/** `12,345`. */
export function formatCount(value: number): string {
  return Number.isFinite(value) ? grouped.format(value) : formatNonFinite(value);
}

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Tokens per second: `3,412`, `84.6`. */
export function formatRate(value: number): string {
  return Number.isFinite(value) && Math.abs(value) < 100 ? String(Number(value.toPrecision(3))) : formatCount(value);
}

export function formatGib(bytes: number): string {
  if (!Number.isFinite(bytes)) return formatNonFinite(bytes);
  const gib = bytes / GIB;
  return gib.toFixed(gib < 100 ? 1 : 0);
}

interface Units {
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}

const UNITS: Readonly<Record<Language, Units>> = {
  en: { day: 'd', hour: 'h', minute: 'min', second: 's' },
  'zh-CN': { day: '天', hour: '小时', minute: '分', second: '秒' },
};

/** The two largest units: `2 h 13 min`, `2 小时 13 分`; seconds only below ten minutes. */
export function formatDuration(seconds: number, language: Language): string {
  if (!Number.isFinite(seconds)) return formatNonFinite(seconds);
  const units = UNITS[language];
  const whole = Math.max(0, Math.round(seconds));
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor(whole / 3600) % 24;
  const minutes = Math.floor(whole / 60) % 60;
  const rest = whole % 60;
  const join = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
    small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
  if (days > 0) return join(days, units.day, hours, units.hour);
  if (hours > 0) return join(hours, units.hour, minutes, units.minute);
  if (minutes >= 10) return `${minutes} ${minuteWord(language)}`;
  if (minutes > 0) return join(minutes, minuteWord(language, rest), rest, units.second);
  return `${rest} ${units.second}`;
}

/** Alone, a Chinese minute is `分钟`; before seconds it is `分`. */
function minuteWord(language: Language, rest = 0): string {
  return language === 'zh-CN' && rest === 0 ? '分钟' : UNITS[language].minute;
}

/** Seconds a step takes: `0.84 s`, `12.3 s`, `2 min 5 s`. */
export function formatStepTime(seconds: number, language: Language): string {
  if (!Number.isFinite(seconds)) return formatNonFinite(seconds);
  if (seconds >= 60) return formatDuration(seconds, language);
  return `${seconds >= 10 ? seconds.toFixed(1) : seconds.toFixed(2)} ${UNITS[language].second}`;
}

/** One unit, for what ticks: `12 s`, `3 min`, `5 小时`. A clock that runs ahead of ours is not the future. */
export function formatAge(seconds: number, language: Language): string {
  const units = UNITS[language];
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} ${units.second}`;
  if (whole < 3600) return `${Math.floor(whole / 60)} ${minuteWord(language)}`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} ${units.hour}`;
  return `${Math.floor(whole / 86_400)} ${units.day}`;
}

/** `412`, `412–460`. */
export function formatSteps(first: number | null, last: number | null): string | null {
  if (first === null) return last === null ? null : String(last);
  return last === null || last === first ? String(first) : `${first}–${last}`;
}
