import { z } from 'zod';
import type { Notice } from '../../model/notice.ts';
import type { LanguageName } from '../../text/index.ts';
import { cut } from '../cut.ts';
import { fileOption } from '../file-option.ts';
import { postJson } from '../http-post.ts';
import { inLanguage, messageOf } from '../message.ts';
import { exactlyOne, noRateLimit, secretFile, secretText, secretUrl, timeLimit } from '../options.ts';
import { commonOptions, type ReceiverKind } from '../receiver.ts';
import { jsonPost, receiver } from './attempt.ts';

const options = z
  .strictObject({
    ...commonOptions('pagerduty'),
    routing_key: secretText('Integration key of a service (Events API v2)').optional(),
    routing_key_file: secretFile('File that holds the key, read before every request').optional(),
    url: secretUrl('Where events go').default('https://events.pagerduty.com/v2/enqueue'),
    timeout: timeLimit('10s'),
  })
  .refine(...exactlyOne('routing_key'))
  .refine(...noRateLimit);

const LONGEST_SUMMARY = 1024;
/** An event may have 512 KB. */
const LONGEST_DETAIL = 4000;

/** Sends events: one alert there for each incident, whatever becomes of its severity. */
export const pagerduty: ReceiverKind<typeof options> = {
  type: 'pagerduty',
  options,
  create: (configured, lang) =>
    receiver(async (notice, context) => {
      const key = await fileOption('routing_key', configured.routing_key, configured.routing_key_file);
      const event = {
        routing_key: key,
        event_action: notice.status === 'firing' ? 'trigger' : 'resolve',
        dedup_key: notice.incidentId,
        client: 'nanwatch',
        client_url: context.externalUrl,
        payload: payloadOf(notice, lang),
        links: messageOf(notice, lang).links.map(({ label, url }) => ({ href: url, text: label })),
      };
      return postJson(jsonPost(configured.url, event, configured.timeout, context));
    }),
};

/** Its severities are called as ours; it has one more, `error`. */
function payloadOf(notice: Notice, lang: LanguageName) {
  const { labels, annotations, severity, startsAtMs } = inLanguage(notice, lang);
  const { run = '', alertname = '' } = labels;
  const details = Object.entries({ ...labels, ...annotations });
  return {
    summary: cut(`${run}: ${annotations.summary ?? alertname}`, LONGEST_SUMMARY),
    source: cut(run, LONGEST_SUMMARY) || 'nanwatch',
    severity,
    timestamp: new Date(startsAtMs).toISOString(),
    class: alertname,
    component: cut(run, LONGEST_SUMMARY),
    custom_details: Object.fromEntries(details.map(([name, text]) => [name, cut(text, LONGEST_DETAIL)])),
  };
}
