import { z } from 'zod';
import { FileOptionError, fileOption } from '../file-option.ts';
import { postJson } from '../http-post.ts';
import { fitted, type Message, messageOf, SIGN } from '../message.ts';
import { exactlyOne, secretFile, secretText, secretUrl, timeLimit } from '../options.ts';
import { commonOptions, type Outcome, type ReceiverKind } from '../receiver.ts';
import { jsonObject } from './answer-code.ts';
import { jsonPost, receiver } from './attempt.ts';
import { escapedHtml } from './escaped-html.ts';

const TOKEN = /^\d+:[\w-]+$/;

const options = z
  .strictObject({
    ...commonOptions('telegram'),
    token: secretText('Token of the bot, 123456:ABC...')
      .regex(TOKEN, 'must be a token such as 123456:ABC-def')
      .optional(),
    token_file: secretFile('File that holds the token, read before every request').optional(),
    chat_id: z.union([z.string().min(1), z.int()]).describe('Chat that gets the messages: a number, or @channel'),
    api_url: secretUrl('Where the Bot API is').default('https://api.telegram.org'),
    timeout: timeLimit('10s'),
  })
  .refine(...exactlyOne('token'));

/** A message may have so many characters, tags aside. */
const LONGEST_TEXT = 4096;

/** Sends a message of a bot. */
export const telegram: ReceiverKind<typeof options> = {
  type: 'telegram',
  options,
  create: (configured, lang) =>
    receiver(async (notice, context) => {
      const token = await fileOption('token', configured.token, configured.token_file);
      if (token === undefined || !TOKEN.test(token)) throw new FileOptionError('token_file holds no token of a bot');
      const body = {
        chat_id: configured.chat_id,
        text: fitted(messageOf(notice, lang), LONGEST_TEXT, htmlOf, ({ length }) => length),
        parse_mode: 'HTML',
        link_preview_options: { is_disabled: true },
      };
      const url = `${configured.api_url.replace(/\/+$/, '')}/bot${token}/sendMessage`;
      return postJson({ ...jsonPost(url, body, configured.timeout, context), judge });
    }),
};

function htmlOf({ kind, headline, rows, links, colon }: Message): string {
  return [
    `${SIGN[kind]} <b>${escapedHtml(headline)}</b>`,
    '',
    ...rows.map(({ label, text }) => `<b>${escapedHtml(label)}</b>${colon}${escapedHtml(text)}`),
    ...(links.length === 0 ? [] : ['', links.map(anchor).join(' · ')]),
  ].join('\n');
}

function anchor({ label, url }: Message['links'][number]): string {
  return `<a href="${escapedHtml(url)}">${escapedHtml(label)}</a>`;
}

function judge(answer: string): Outcome {
  if (jsonObject(answer).ok === true) return { kind: 'delivered' };
  return { kind: 'retry', reason: 'an answer that is not of the Bot API: is the address right?' };
}
