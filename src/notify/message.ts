import type { Severity } from '../model/alert.ts';
import type { Notice } from '../model/notice.ts';
import { LANGUAGES, type LanguageName } from '../text/index.ts';
import { cut } from './cut.ts';

/** One line of a message after the first. */
export interface Row {
  readonly label: string;
  readonly text: string;
}

export interface Link {
  readonly label: string;
  readonly url: string;
}

/** A notice as people read it, in one language; receivers put it into the form of their medium. */
export interface Message {
  /** What a colour or a sign is chosen by. */
  readonly kind: Severity | 'resolved';
  /** The first line, which has to be enough on a lock screen. */
  readonly headline: string;
  readonly run: string;
  /** What it means, since when, weights, where to go back to, likely cause, next step; as far as there is any. */
  readonly rows: readonly Row[];
  readonly links: readonly Link[];
  /** Between a label and its text on one line. */
  readonly colon: string;
}

/** A circle in the colour of what it is. */
export const SIGN = { critical: '🔴', warning: '🟠', info: '🔵', resolved: '🟢' } as const;

const LONGEST_URL = 1000;

export function messageOf(notice: Notice, lang: LanguageName): Message {
  const words = LANGUAGES[lang].message;
  const { label } = words;
  const text = notice.texts?.[lang];
  const { annotations } = inLanguage(notice, lang);
  const kind = notice.status === 'resolved' ? 'resolved' : notice.severity;
  const rows: readonly (readonly [string, string | null | undefined])[] = [
    [label.run, notice.labels.run],
    [label.what, text?.meaning ?? annotations.diagnosis ?? annotations.description],
    [label.since, utc(notice.startsAtMs)],
    [label.until, notice.endsAtMs === null ? null : utc(notice.endsAtMs)],
    [label.weights, text?.weights && sentence(text.weights)],
    [label.goBack, text?.goBack],
    [label.wasted, text?.wasted],
    [label.cause, text?.cause && sentence(text.cause)],
    // what is over asks for nothing any more
    [label.todo, kind === 'resolved' ? null : (text?.todo ?? annotations.advice)],
  ];
  const links = [
    { label: words.open, url: notice.generatorUrl },
    { label: words.runbook, url: annotations.runbook_url ?? '' },
  ];
  return {
    kind,
    headline: words.headline(kind, annotations.summary ?? notice.labels.alertname ?? ''),
    run: notice.labels.run ?? '',
    rows: rows.flatMap(([name, said]) => (said ? [{ label: name, text: said }] : [])),
    links: links.filter(({ url }) => url !== '' && url.length <= LONGEST_URL),
    colon: words.colon,
  };
}

/** The notice with its annotations in this language. */
export function inLanguage(notice: Notice, lang: LanguageName): Notice {
  return { ...notice, annotations: { ...notice.annotations, ...notice.texts?.[lang]?.annotations } };
}

const ROW_LIMITS = [1500, 700, 300, 120, 40];

/**
 * The message in the form that `render` gives it, its lines cut as far as it takes to keep a limit. The links go last.
 *
 * @param most what the medium takes, as `size` counts
 */
export function fitted<T>(
  message: Message,
  most: number,
  render: (message: Message) => T,
  size: (rendered: T) => number,
): T {
  for (const limit of ROW_LIMITS) {
    const rendered = render(shortened(message, limit));
    if (size(rendered) <= most) return rendered;
  }
  return render({ ...shortened(message, Math.min(...ROW_LIMITS)), links: [] });
}

function shortened(message: Message, limit: number): Message {
  const rows = message.rows.map(({ label, text }) => ({ label, text: cut(text, limit) }));
  return { ...message, headline: cut(message.headline, Math.max(limit, 120)), run: cut(message.run, limit), rows };
}

/** What was written to stand after a label, on a line of its own. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `2026-01-02 03:04:05 UTC` */
function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
