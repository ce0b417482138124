import type { SendMailOptions } from 'nodemailer';
import { z } from 'zod';
import type { Notice } from '../../model/notice.ts';
import type { LanguageName } from '../../text/index.ts';
import { cut } from '../cut.ts';
import { errorCode } from '../error-code.ts';
import { fileOption } from '../file-option.ts';
import { type Message, messageOf } from '../message.ts';
import { atMostOne, secretFile, secretText, timeLimit } from '../options.ts';
import { commonOptions, type Outcome, type ReceiverKind, type SendContext } from '../receiver.ts';
import { receiver } from './attempt.ts';
import { emailHtml } from './email-html.ts';

const options = z
  .strictObject({
    ...commonOptions('email'),
    host: z.string().min(1).describe('SMTP server'),
    port: z.int().min(1).max(65_535).default(587).describe('Its port'),
    tls: z
      .enum(['starttls', 'implicit', 'none'])
      .default('starttls')
      .describe('How the connection is secured: starttls (port 587), implicit (port 465), or not at all'),
    username: z.string().min(1).optional().describe('Who signs in; nobody if not given'),
    password: secretText('Password').optional(),
    password_file: secretFile('File that holds the password, read before every message').optional(),
    from: z.string().min(1).describe('Sender: nanwatch@example.org, or Name <nanwatch@example.org>'),
    to: z.array(z.string().min(1)).min(1).describe('Who gets the messages'),
    timeout: timeLimit('30s'),
  })
  .refine(...atMostOne('password'))
  .refine(
    ({ username, password, password_file }) => (username === undefined) === ((password ?? password_file) === undefined),
    { path: ['username'], message: 'give username and password (or password_file) together, or neither' },
  );

type EmailOptions = z.output<typeof options>;

/** Longer subjects are cut by mail programs anyway. */
const LONGEST_SUBJECT = 200;

/** Sends a message over SMTP, as text and as HTML; what is told of one incident is one thread. */
export const email: ReceiverKind<typeof options> = {
  type: 'email',
  options,
  create: (configured, lang) =>
    receiver(async (notice, context) => {
      const { username } = configured;
      const password = await fileOption('password', configured.password, configured.password_file);
      const auth = username !== undefined && password !== undefined ? { user: username, pass: password } : undefined;
      return deliver(
        configured,
        auth,
        { ...mailOf(notice, lang, context), from: configured.from, to: configured.to },
        context,
      );
    }),
};

function mailOf(notice: Notice, lang: LanguageName, { idempotencyKey }: SendContext): SendMailOptions {
  const message = messageOf(notice, lang);
  const thread = `<${notice.incidentId}@nanwatch>`;
  return {
    subject: cut(`${message.headline} (${message.run})`, LONGEST_SUBJECT),
    text: textOf(message),
    html: emailHtml(message, lang),
    // a repeated message has the same id: mail programs show it once
    messageId: `<${idempotencyKey}@nanwatch>`,
    references: thread,
    inReplyTo: thread,
    headers: { 'Auto-Submitted': 'auto-generated' },
    priority: message.kind === 'critical' ? 'high' : 'normal',
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function textOf({ headline, rows, links, colon }: Message): string {
  return [
    headline,
    '',
    ...rows.map(({ label, text }) => `${label}${colon}${text}`),
    '',
    ...links.map(({ label, url }) => `${label}${colon}${url}`),
    '',
  ].join('\n');
}

async function deliver(
  { host, port, tls, timeout }: EmailOptions,
  auth: { readonly user: string; readonly pass: string } | undefined,
  mail: SendMailOptions,
  context: SendContext,
): Promise<Outcome> {
  // loaded only when there is a message to send: check must start fast
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(auth && { auth }),
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
  });
  const late = AbortSignal.timeout(timeout);
  try {
    await transport.sendMail({ ...mail, signal: AbortSignal.any([context.signal, late]) });
    return { kind: 'delivered' };
  } catch (error) {
    if (context.signal.aborted) return { kind: 'retry', reason: 'stopped' };
    if (late.aborted) return { kind: 'retry', reason: `no answer within ${timeout} ms` };
    return outcomeOf(error);
  } finally {
    transport.close();
  }
}

/** A 4xx of SMTP says to come again later, a 5xx not to. Words of the server are left out: they may repeat addresses. */
function outcomeOf(error: unknown): Outcome {
  const { responseCode, originalCode } = error as { responseCode?: unknown; originalCode?: unknown };
  if (typeof responseCode === 'number') {
    return { kind: responseCode >= 500 ? 'dropped' : 'retry', reason: `SMTP ${responseCode} (${errorCode(error)})` };
  }
  return {
    kind: 'retry',
    reason: typeof originalCode === 'string' ? errorCode({ code: originalCode }) : errorCode(error),
  };
}
