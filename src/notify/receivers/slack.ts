import { z } from 'zod';
import { cut } from '../cut.ts';
import { urlOption } from '../file-option.ts';
import { postJson } from '../http-post.ts';
import { fitted, type Message, messageOf, SIGN } from '../message.ts';
import { exactlyOne, timeLimit, urlOptions } from '../options.ts';
import { commonOptions, type ReceiverKind } from '../receiver.ts';
import { jsonPost, receiver } from './attempt.ts';

const options = z
  .strictObject({
    ...commonOptions('slack'),
    ...urlOptions('Address of an incoming webhook: https://hooks.slack.com/services/...'),
    timeout: timeLimit('10s'),
  })
  .refine(...exactlyOne('url'));

/** Limits of https://docs.slack.dev/reference/block-kit/blocks, in characters. */
const LONGEST_HEADER = 150;
const LONGEST_SECTION = 3000;

/** Posts blocks to an incoming webhook. */
export const slack: ReceiverKind<typeof options> = {
  type: 'slack',
  options,
  create: (configured, lang) =>
    receiver(async (notice, context) => {
      const url = await urlOption(configured);
      return postJson(jsonPost(url, slackBody(messageOf(notice, lang)), configured.timeout, context));
    }),
};

function slackBody(message: Message) {
  const headline = `${SIGN[message.kind]} ${message.headline}`;
  const links = message.links.map(({ label, url }) => `<${escaped(url)}|${escaped(label)}>`).join('  ·  ');
  return {
    // what notifications and screen readers say
    text: escaped(cut(`${headline} (${message.run})`, LONGEST_HEADER * 2)),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(headline, LONGEST_HEADER), emoji: true } },
      { type: 'section', text: { type: 'mrkdwn', text: fitted(message, LONGEST_SECTION, lines, length) } },
      ...(links === '' ? [] : [{ type: 'context', elements: [{ type: 'mrkdwn', text: links }] }]),
    ],
    unfurl_links: false,
  };
}

function lines({ rows, colon }: Message): string {
  return rows.map(({ label, text }) => `*${escaped(label)}*${colon}${escaped(text)}`).join('\n');
}

function length(text: string): number {
  return text.length;
}

/** `<!channel>` calls everybody: the three characters that Slack takes for control. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
