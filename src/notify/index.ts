import { z } from 'zod';
import type { LanguageName } from '../text/index.ts';
import type { ConfiguredReceiver, ReceiverKind } from './receiver.ts';
import { alertmanager } from './receivers/alertmanager.ts';
import { command } from './receivers/command.ts';
import { dingtalk } from './receivers/dingtalk.ts';
import { discord } from './receivers/discord.ts';
import { email } from './receivers/email.ts';
import { feishu } from './receivers/feishu.ts';
import { pagerduty } from './receivers/pagerduty.ts';
import { slack } from './receivers/slack.ts';
import { telegram } from './receivers/telegram.ts';
import { webhook } from './receivers/webhook.ts';
import { wecom } from './receivers/wecom.ts';

/** Every kind of receiver. A new one is a file in `receivers` and a line here. */
export const RECEIVERS = [
  webhook,
  alertmanager,
  slack,
  discord,
  feishu,
  dingtalk,
  wecom,
  telegram,
  pagerduty,
  email,
  command,
] as const;

type Schema = (typeof RECEIVERS)[number]['options'];

/** Options of a receiver of any kind, told apart by `type`. */
export const receiverOptions = z.discriminatedUnion(
  'type',
  RECEIVERS.map((kind) => kind.options) as [Schema, ...Schema[]],
);

export type ReceiverOptions = z.output<typeof receiverOptions>;

/**
 * Makes the receiver that `options` (parsed by {@link receiverOptions}) describe. Opens nothing, throws nothing.
 *
 * @param lang what it speaks when its options do not say
 */
export function configureReceiver(options: ReceiverOptions, lang: LanguageName = 'en'): ConfiguredReceiver {
  const kind = RECEIVERS.find(({ type }) => type === options.type) as ReceiverKind;
  return { options, receiver: kind.create(options, options.lang ?? lang) };
}
