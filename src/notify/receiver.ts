import { z } from 'zod';
import { SEVERITIES } from '../model/alert.ts';
import type { Notice } from '../model/notice.ts';
import { LANGUAGES, type LanguageName } from '../text/index.ts';
import { routingOptions } from './routing.ts';

/**
 * What became of one attempt. The receiver itself says what is worth another attempt.
 *
 * `reason` is read by people in logs and must hold no part of an address, no secret and nothing that the other side
 * wrote: a status code (`HTTP 503`) or an error code (`ECONNREFUSED`), and words of our own.
 */
export type Outcome =
  | { readonly kind: 'delivered' }
  /** `retryAfterMs`: the other side asked for this pause. */
  | { readonly kind: 'retry'; readonly reason: string; readonly retryAfterMs?: number }
  | { readonly kind: 'dropped'; readonly reason: string };

export interface SendContext {
  readonly receiverName: string;
  /** Same for every attempt of one notification, different for every other notification. */
  readonly idempotencyKey: string;
  /** Where people reach this agent. */
  readonly externalUrl: string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Aborted when the agent stops: `send` then settles soon. */
  readonly signal: AbortSignal;
}

/** Sends one notice once. Keeps its own time limit, throws nothing, and never holds an answer of unknown size. */
export interface Receiver {
  send(notice: Notice, context: SendContext): Promise<Outcome>;
  /** Where silence means that it is over: what is firing is sent again at this interval, in ms. */
  readonly repeatMs?: number;
}

/** A kind of receiver: one file, and one line in `index.ts`. */
export interface ReceiverKind<Schema extends z.ZodType = z.ZodType> {
  readonly type: string;
  readonly options: Schema;
  /** @param lang the language that it speaks */
  create(options: z.output<Schema>, lang: LanguageName): Receiver;
}

/** Options that every kind has; spread into its schema. */
export function commonOptions<const Type extends string>(type: Type) {
  return {
    type: z.literal(type),
    name: z
      .string()
      .min(1)
      .max(64)
      .default(type)
      .describe('Name in logs and metrics; each receiver has its own; its type if not given'),
    send_resolved: z.boolean().default(true).describe('Tell also when an alert has resolved'),
    min_severity: z.enum(SEVERITIES).default('info').describe('Alerts below it are not told'),
    ...routingOptions,
    lang: z
      .enum(Object.keys(LANGUAGES) as [LanguageName, ...LanguageName[]])
      .optional()
      .describe('Language of what it gets; the one of the agent if not given'),
  };
}

export type CommonOptions = z.output<z.ZodObject<ReturnType<typeof commonOptions<string>>>>;

/** A receiver with what the notifier must know about it. */
export interface ConfiguredReceiver {
  readonly options: CommonOptions;
  readonly receiver: Receiver;
}
