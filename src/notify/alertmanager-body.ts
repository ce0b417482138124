import type { Notice } from '../model/notice.ts';
import { fingerprint } from './fingerprint.ts';

type Labels = Readonly<Record<string, string>>;

/** One alert as Alertmanager writes it; times are RFC 3339. */
interface AlertmanagerAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

/** Alertmanager's webhook message, version 4, in its order of keys. */
export interface AlertmanagerBody {
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly alerts: readonly AlertmanagerAlert[];
  readonly groupLabels: Labels;
  readonly commonLabels: Labels;
  readonly commonAnnotations: Labels;
  readonly externalURL: string;
  readonly version: '4';
  readonly groupKey: string;
  readonly truncatedAlerts: number;
}

/** Go's zero time, which Alertmanager writes as the end of what has not ended. */
const NOT_ENDED = '0001-01-01T00:00:00Z';
const GROUP_BY: readonly string[] = ['alertname', 'run'];

/** Builds the message for one notice: a group of one alert, grouped by alert and run. */
export function alertmanagerBody(notice: Notice, receiver: string, externalUrl: string): AlertmanagerBody {
  const groupLabels = pick(notice.labels, GROUP_BY);
  return {
    receiver,
    status: notice.status,
    alerts: [alert(notice)],
    groupLabels,
    commonLabels: notice.labels,
    commonAnnotations: notice.annotations,
    externalURL: externalUrl,
    version: '4',
    groupKey: groupKey(groupLabels),
    truncatedAlerts: 0,
  };
}

function alert(notice: Notice): AlertmanagerAlert {
  const ended = notice.status === 'resolved';
  return {
    status: notice.status,
    labels: notice.labels,
    annotations: notice.annotations,
    startsAt: rfc3339(notice.startsAtMs),
    endsAt: ended ? rfc3339(notice.endsAtMs ?? notice.startsAtMs) : NOT_ENDED,
    generatorURL: notice.generatorUrl,
    fingerprint: fingerprint(notice.labels),
  };
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}

function pick(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([name]) => names.includes(name))
      .sort(),
  );
}

/** `{}:{alertname="...", run="..."}`: the root route, then the group. */
function groupKey(groupLabels: Labels): string {
  const pairs = Object.entries(groupLabels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{}:{${pairs.join(', ')}}`;
}
