import { z } from 'zod';
import type { Notice } from '../../model/notice.ts';
import { urlOption } from '../file-option.ts';
import { postJson } from '../http-post.ts';
import { inLanguage } from '../message.ts';
import { duration, exactlyOne, noRateLimit, timeLimit, urlOptions } from '../options.ts';
import { commonOptions, type Outcome, type Receiver, type ReceiverKind, type SendContext } from '../receiver.ts';
import { jsonPost, receiver } from './attempt.ts';

const options = z
  .strictObject({
    ...commonOptions('alertmanager'),
    ...urlOptions('Address of Alertmanager, such as http://alertmanager:9093'),
    timeout: timeLimit('10s'),
    resend_delay: duration(
      '1m',
      'What fires is sent again at this interval, as Prometheus does; valid four times as long',
    ),
  })
  .refine(...exactlyOne('url'))
  .refine(...noRateLimit);

type Labels = Notice['labels'];

/** Alertmanager takes an alert for resolved that was not sent again for so many intervals: Prometheus' own margin. */
const VALID_FOR = 4;

/**
 * Posts alerts to Alertmanager's API as a Prometheus server does: again and again while they fire, each time valid for
 * a while; silences, inhibition and routing are its business.
 */
class Alertmanager implements Receiver {
  readonly repeatMs: number;
  readonly #options: z.output<typeof options>;
  /** Labels under which incidents fire there; under others they are another alert. */
  readonly #firing = new Map<string, Labels>();
  /** One request at a time: what repeats an alert must not arrive after what resolves it. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(configured: z.output<typeof options>) {
    this.#options = configured;
    this.repeatMs = configured.resend_delay;
  }

  send(notice: Notice, context: SendContext): Promise<Outcome> {
    const sent = this.#last.then(() => this.#post(notice, context));
    this.#last = sent.catch(() => {});
    return sent;
  }

  async #post(notice: Notice, context: SendContext): Promise<Outcome> {
    const { nowMs } = context;
    const { incidentId, labels, status } = notice;
    const before = this.#firing.get(incidentId);
    const endsAtMs = notice.endsAtMs ?? nowMs + VALID_FOR * this.repeatMs;
    const alerts = [alert(notice, labels, endsAtMs)];
    // a severity that changed makes another alert of it: the one before is over
    if (before !== undefined && before.severity !== labels.severity) alerts.push(alert(notice, before, nowMs));
    const url = new URL(await urlOption(this.#options));
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v2/alerts`;
    const outcome = await postJson(jsonPost(url.href, alerts, this.#options.timeout, context));
    if (outcome.kind === 'delivered') {
      if (status === 'firing') this.#firing.set(incidentId, labels);
      else this.#firing.delete(incidentId);
    }
    return outcome;
  }
}

function alert({ annotations, startsAtMs, generatorUrl }: Notice, labels: Labels, endsAtMs: number) {
  return {
    labels,
    annotations,
    startsAt: new Date(startsAtMs).toISOString(),
    // Alertmanager refuses an end before the beginning
    endsAt: new Date(Math.max(endsAtMs, startsAtMs)).toISOString(),
    generatorURL: generatorUrl,
  };
}

export const alertmanager: ReceiverKind<typeof options> = {
  type: 'alertmanager',
  options,
  create(configured, lang) {
    const sender = new Alertmanager(configured);
    const { send } = receiver((notice, context) => sender.send(inLanguage(notice, lang), context));
    return { send, repeatMs: sender.repeatMs };
  },
};
