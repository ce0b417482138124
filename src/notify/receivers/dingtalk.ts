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
import { plainMarkdown } from './plain-markdown.ts';

const options = z
  .strictObject({
    ...commonOptions('dingtalk'),
    ...urlOptions('Address of a custom robot: https://oapi.dingtalk.com/robot/send?access_token=...'),
    ...secretOptions('Key of the robot, SEC..., when it checks signatures'),
    timeout: timeLimit('10s'),
  })
  .refine(...exactlyOne('url'))
  .refine(...atMostOne('secret'));

/** A message may have 20,000 bytes. */
const LONGEST_BODY = 18_000;

const CODES: CodeTable = {
  field: 'errcode',
  busy: new Set([-1]),
  limited: new Set([130101, 410100, 90030]),
  // more than 20 messages in a minute
  pauseMs: 60_000,
  words: {
    [-1]: 'busy',
    130101: 'too many messages',
    410100: 'too many messages',
    90030: 'too many messages',
    300001: 'no robot has this token',
    310000: "refused by the robot's security settings: keyword, signature or address",
    400013: 'the group is dissolved',
    400101: 'no robot has this token',
    400102: 'the robot is switched off',
  },
};

/** Posts Markdown to a custom robot, which answers 200 also when it refuses it. */
export const dingtalk: ReceiverKind<typeof options> = {
  type: 'dingtalk',
  options,
  create: (configured, lang) =>
    receiver(async (notice, context) => {
      const url = new URL(await urlOption(configured));
      const secret = await fileOption('secret', configured.secret, configured.secret_file);
      if (secret !== undefined) sign(url, secret, context.nowMs);
      const body = fitted(messageOf(notice, lang), LONGEST_BODY, bodyOf, (one) => bytesOf(JSON.stringify(one)));
      return postJson({
        ...jsonPost(url.href, body, configured.timeout, context),
        judge: (answer) => judgeCode(answer, CODES),
      });
    }),
};

function bodyOf({ kind, headline, rows, links, colon }: Message) {
  const title = plainMarkdown(`${SIGN[kind]} ${headline}`);
  const text = [
    `#### ${title}`,
    ...rows.map((row) => `**${row.label}**${colon}${plainMarkdown(row.text)}`),
    ...(links.length === 0 ? [] : [links.map(({ label, url }) => `[${label}](${url})`).join(' · ')]),
  ];
  return { msgtype: 'markdown', markdown: { title, text: text.join('\n\n') } };
}

function sign(url: URL, secret: string, nowMs: number): void {
  const timestamp = String(nowMs);
  url.searchParams.set('timestamp', timestamp);
  url.searchParams.set('sign', createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'));
}
