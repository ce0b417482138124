import { z } from 'zod';
import { cut } from '../cut.ts';
import { urlOption } from '../file-option.ts';
import { postJson } from '../http-post.ts';
import { fitted, type Message, messageOf } from '../message.ts';
import { exactlyOne, timeLimit, urlOptions } from '../options.ts';
import { commonOptions, type ReceiverKind } from '../receiver.ts';
import { jsonPost, receiver } from './attempt.ts';

const options = z
  .strictObject({
    ...commonOptions('discord'),
    ...urlOptions('Address of a webhook of a channel: https://discord.com/api/webhooks/...'),
    timeout: timeLimit('10s'),
  })
  .refine(...exactlyOne('url'));

/** Limits of https://discord.com/developers/docs/resources/message#embed-object-embed-limits, in characters. */
const LONGEST_TITLE = 256;
const LONGEST_VALUE = 1024;
const LONGEST_EMBED = 6000;

const COLOUR = { critical: 0xd92d20, warning: 0xf79009, info: 0x2e90fa, resolved: 0x12b76a } as const;

/** Posts one embed to a channel's webhook. */
export const discord: ReceiverKind<typeof options> = {
  type: 'discord',
  options,
  create: (configured, lang) =>
    receiver(async (notice, context) => {
      const url = await urlOption(configured);
      const embed = fitted(messageOf(notice, lang), LONGEST_EMBED, embedOf, lengthOf);
      // whatever a log says, nobody is called by it
      const body = { embeds: [embed], allowed_mentions: { parse: [] } };
      return postJson(jsonPost(url, body, configured.timeout, context));
    }),
};

interface Embed {
  readonly title: string;
  readonly color: number;
  readonly fields: readonly { readonly name: string; readonly value: string; readonly inline: boolean }[];
  readonly description?: string;
}

function embedOf({ kind, headline, rows, links }: Message): Embed {
  const linked = links.map(({ label, url }) => `[${label}](${url})`).join(' · ');
  return {
    title: cutEscaped(headline, LONGEST_TITLE),
    color: COLOUR[kind],
    fields: rows.map(({ label, text }) => ({ name: label, value: cutEscaped(text, LONGEST_VALUE), inline: false })),
    ...(linked !== '' && { description: linked }),
  };
}

function lengthOf({ title, description = '', fields }: Embed): number {
  return fields.reduce((sum, { name, value }) => sum + name.length + value.length, title.length + description.length);
}

function cutEscaped(text: string, most: number): string {
  return escaped(cut(text, most, (piece) => escaped(piece).length));
}

function escaped(text: string): string {
  return text.replace(/[\\*_~`|>#[\]<]/g, '\\$&');
}
