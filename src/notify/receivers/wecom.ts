import { z } from 'zod';
import { bytesOf } from '../cut.ts';
import { urlOption } from '../file-option.ts';
import { postJson } from '../http-post.ts';
import { fitted, type Message, messageOf, SIGN } from '../message.ts';
import { exactlyOne, timeLimit, urlOptions } from '../options.ts';
import { commonOptions, type ReceiverKind } from '../receiver.ts';
import { type CodeTable, judgeCode } from './answer-code.ts';
import { jsonPost, receiver } from './attempt.ts';
import { plainMarkdown } from './plain-markdown.ts';

const options = z
  .strictObject({
    ...commonOptions('wecom'),
    ...urlOptions('Address of a group robot: https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=...'),
    timeout: timeLimit('10s'),
  })
  .refine(...exactlyOne('url'));

/** Markdown may have so many bytes. */
const LONGEST_MARKDOWN = 4096;

const CODES: CodeTable = {
  field: 'errcode',
  busy: new Set([-1]),
  limited: new Set([45009, 45033]),
  // more than 20 messages in a minute
  pauseMs: 60_000,
  words: {
    [-1]: 'busy',
    45009: 'too many messages',
    45033: 'too many messages at once',
    93000: 'no robot has this address',
    93008: 'the robot is not in the group any more',
  },
};

/** Three colours is all there is: green, grey, orange. */
const COLOUR = { critical: 'warning', warning: 'warning', info: 'comment', resolved: 'info' } as const;

/** Posts Markdown to a group robot, which answers 200 also when it refuses it. */
export const wecom: ReceiverKind<typeof options> = {
  type: 'wecom',
  options,
  create: (configured, lang) =>
    receiver(async (notice, context) => {
      const url = await urlOption(configured);
      const content = fitted(messageOf(notice, lang), LONGEST_MARKDOWN, markdownOf, bytesOf);
      const body = { msgtype: 'markdown', markdown: { content } };
      return postJson({
        ...jsonPost(url, body, configured.timeout, context),
        judge: (answer) => judgeCode(answer, CODES),
      });
    }),
};

function markdownOf({ kind, headline, rows, links, colon }: Message): string {
  return [
    `**${SIGN[kind]} <font color="${COLOUR[kind]}">${plainMarkdown(headline)}</font>**`,
    ...rows.map(({ label, text }) => `> **${label}**${colon}${plainMarkdown(text)}`),
    ...(links.length === 0 ? [] : [links.map(({ label, url }) => `[${label}](${url})`).join(' · ')]),
  ].join('\n');
}
