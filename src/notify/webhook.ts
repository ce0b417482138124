import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Notice } from '../model/notice.ts';
import { alertmanagerBody } from './alertmanager-body.ts';
import { FileOptionError, fileOption } from './file-option.ts';
import { postJson } from './http-post.ts';
import { isHttpUrl, secretFile, secretText, secretUrl, timeLimit } from './options.ts';
import { commonOptions, type Outcome, type Receiver, type ReceiverKind, type SendContext } from './receiver.ts';

const options = z
  .strictObject({
    ...commonOptions('webhook'),
    url: secretUrl('Address that gets the POST').optional(),
    url_file: secretFile('File that holds the address, read before every request').optional(),
    secret: secretText('Key that signs the body: X-Nanwatch-Signature').optional(),
    secret_file: secretFile('File that holds the key, read before every request').optional(),
    timeout: timeLimit('10s'),
  })
  .refine(({ url, url_file }) => (url === undefined) !== (url_file === undefined), {
    path: ['url'],
    message: 'give one of url and url_file, not both',
  })
  .refine(({ secret, secret_file }) => secret === undefined || secret_file === undefined, {
    path: ['secret'],
    message: 'give one of secret and secret_file, not both',
  });

type WebhookOptions = z.output<typeof options>;

/** Posts Alertmanager's webhook message, version 4, so that whatever understands Alertmanager understands it. */
class Webhook implements Receiver {
  readonly #options: WebhookOptions;

  constructor(configured: WebhookOptions) {
    this.#options = configured;
  }

  async send(notice: Notice, context: SendContext): Promise<Outcome> {
    try {
      return await this.#post(notice, context);
    } catch (error) {
      if (error instanceof FileOptionError) return { kind: 'retry', reason: error.message };
      throw error;
    }
  }

  async #post(notice: Notice, context: SendContext): Promise<Outcome> {
    const { url_file, secret_file, timeout } = this.#options;
    const url = await fileOption('url', this.#options.url, url_file);
    if (url === undefined || !isHttpUrl(url))
      throw new FileOptionError('url_file holds no http:// or https:// address');
    const secret = await fileOption('secret', this.#options.secret, secret_file);
    const body = JSON.stringify(alertmanagerBody(notice, context.receiverName, context.externalUrl));
    const headers = { 'Idempotency-Key': context.idempotencyKey, ...signature(body, secret) };
    return postJson({ url, body, headers, timeoutMs: timeout, nowMs: context.nowMs, signal: context.signal });
  }
}

function signature(body: string, secret: string | undefined): Record<string, string> {
  if (secret === undefined) return {};
  return { 'X-Nanwatch-Signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
}

export const webhook: ReceiverKind<typeof options> = {
  type: 'webhook',
  options,
  create: (configured) => new Webhook(configured),
};
