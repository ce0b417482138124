import { z } from 'zod';
import type { ConfiguredReceiver, ReceiverKind } from './receiver.ts';
import { webhook } from './webhook.ts';

/** Every kind of receiver. A new one is a file and a line here. */
export const RECEIVERS = [webhook] as const;

type Schema = (typeof RECEIVERS)[number]['options'];

/** Options of a receiver of any kind, told apart by `type`. */
export const receiverOptions = z.discriminatedUnion(
  'type',
  RECEIVERS.map((kind) => kind.options) as [Schema, ...Schema[]],
);

export type ReceiverOptions = z.output<typeof receiverOptions>;

/** Makes the receiver that `options` (parsed by {@link receiverOptions}) describe. Opens nothing, throws nothing. */
export function configureReceiver(options: ReceiverOptions): ConfiguredReceiver {
  const kind = RECEIVERS.find(({ type }) => type === options.type) as ReceiverKind;
  return { options, receiver: kind.create(options) };
}
