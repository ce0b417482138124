import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { bytesOf } from '../cut.ts';
import { fileOption, urlOption } from '../file-option.ts';
import { postJson } from '../http-post.ts';
import { fitted, type Message, messageOf, SIGN } from '../message.ts';
import { atMostOne, exactlyOne, secretOptions, timeLimit, urlOptions } from '../options.ts';
import { commonOptions, type ReceiverKind } from '../receiver.ts';
import { type CodeTable, judgeCode } from './answer-code.ts';
import { jsonPost, receiver } from './attempt.ts';

const options = z
  .strictObject({
    ...commonOptions('feishu'),
    ...urlOptions('Address of a custom bot of Feishu or Lark: https://open.feishu.cn/open-apis/bot/v2/hook/...'),
    ...secretOptions('Key of the bot, when it checks signatures'),
    timeout: timeLimit('10s'),
  })
  .refine(...exactlyOne('url'))
  .refine(...atMostOne('secret'));

/** A request may have 20 KB; some of it is left for time and signature. */
const LONGEST_CARD = 18_000;

const CODES: CodeTable = {
  field: 'code',
  busy: new Set(),
  limited: new Set([11232, 11233, 99991400]),
  pauseMs: 15_000,
  words: {
    9499: 'the request is not understood',
    11232: 'too many messages',
    11233: 'too many messages',
    19001: 'no bot has this address',
    19021: 'the signature is refused: check secret, and the clock of this machine',
    19022: "this machine is not on the bot's list of addresses",
    19024: "the message has none of the bot's keywords",
    99991400: 'too many messages',
  },
};

const COLOUR = { critical: 'red', warning: 'orange', info: 'blue', resolved: 'green' } as const;

/** Posts an interactive card to a custom bot, which answers 200 also when it refuses it. */
export const feishu: ReceiverKind<typeof options> = {
  type: 'feishu',
  options,
  create: (configured, lang) =>
    receiver(async (notice, context) => {
      const url = await urlOption(configured);
      const secret = await fileOption('secret', configured.secret, configured.secret_file);
      const card = fitted(messageOf(notice, lang), LONGEST_CARD, cardOf, (one) => bytesOf(JSON.stringify(one)));
      const body = { ...signature(secret, context.nowMs), msg_type: 'interactive', card };
      return postJson({
        ...jsonPost(url, body, configured.timeout, context),
        judge: (answer) => judgeCode(answer, CODES),
      });
    }),
};

/** What is said stands in plain text: nothing in it is taken for markup or calls anybody. */
function cardOf({ kind, headline, rows, links }: Message) {
  return {
    config: { wide_screen_mode: true },
    header: { template: COLOUR[kind], title: plain(`${SIGN[kind]} ${headline}`) },
    elements: [
      ...rows.map(({ label, text }) => ({
        tag: 'div',
        fields: [
          { is_short: false, text: { tag: 'lark_md', content: `**${label}**` } },
          { is_short: false, text: plain(text) },
        ],
      })),
      ...(links.length === 0 ? [] : [{ tag: 'action', actions: links.map(button) }]),
    ],
  };
}

function button({ label, url }: Message['links'][number]) {
  return { tag: 'button', type: 'default', text: plain(label), url };
}

function plain(content: string) {
  return { tag: 'plain_text', content };
}

/** The text to sign is the key, and nothing is signed with it: so Feishu defines it. */
function signature(secret: string | undefined, nowMs: number): Record<string, string> {
  if (secret === undefined) return {};
  const timestamp = String(Math.floor(nowMs / 1000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') };
}
