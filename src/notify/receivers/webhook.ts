import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { alertmanagerBody } from '../alertmanager-body.ts';
import { fileOption, urlOption } from '../file-option.ts';
import { postJson } from '../http-post.ts';
import { inLanguage } from '../message.ts';
import { atMostOne, exactlyOne, secretOptions, timeLimit, urlOptions } from '../options.ts';
import { commonOptions, type ReceiverKind } from '../receiver.ts';
import { jsonPost, receiver } from './attempt.ts';

const options = z
  .strictObject({
    ...commonOptions('webhook'),
    ...urlOptions('Address that gets the POST'),
    ...secretOptions('Key that signs the body: X-Nanwatch-Signature'),
    timeout: timeLimit('10s'),
  })
  .refine(...exactlyOne('url'))
  .refine(...atMostOne('secret'));

/** Posts Alertmanager's webhook message, version 4, so that whatever understands Alertmanager understands it. */
export const webhook: ReceiverKind<typeof options> = {
  type: 'webhook',
  options,
  create: (configured, lang) =>
    receiver(async (notice, context) => {
      const url = await urlOption(configured);
      const secret = await fileOption('secret', configured.secret, configured.secret_file);
      const { receiverName, externalUrl, idempotencyKey } = context;
      const body = JSON.stringify(alertmanagerBody(inLanguage(notice, lang), receiverName, externalUrl));
      const headers = { 'Idempotency-Key': idempotencyKey, ...signature(body, secret) };
      return postJson(jsonPost(url, body, configured.timeout, context, headers));
    }),
};

function signature(body: string, secret: string | undefined): Record<string, string> {
  if (secret === undefined) return {};
  return { 'X-Nanwatch-Signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
}
