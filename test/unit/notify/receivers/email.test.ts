import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { configureReceiver, receiverOptions } from '../../../../src/notify/index.ts';
import type { LanguageName } from '../../../../src/text/index.ts';
import { temporaryFolder } from '../support.ts';
import { contextOf, expectWholeCharacters, hostile, lostWeights, overAgain } from './notices.ts';

const TLS = new URL('../../../fixtures/tls/', import.meta.url);
const SELF_SIGNED = { key: readFileSync(new URL('key.pem', TLS)), cert: readFileSync(new URL('cert.pem', TLS)) };
const PASSWORD = 'PLANTED-smtp-password';

/** A real SMTP server on 127.0.0.1 that keeps what it is sent; its certificate is nobody knows whose. */
async function smtpServer(changes: SMTPServerOptions = {}) {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push(Buffer.concat(chunks).toString());
        done();
      });
    },
    ...changes,
  });
  // that a client hangs up over a certificate is what some tests are about
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  onTestFinished(close);
  return { port: (server.server.address() as AddressInfo).port, mails, close };
}

function receiverOf(port: number, changes: object = {}, lang: LanguageName = 'en') {
  const options = {
    type: 'email',
    host: '127.0.0.1',
    port,
    tls: 'none',
    from: 'nanwatch <nanwatch@example.org>',
    to: ['oncall@example.org', 'lab@example.org'],
    ...changes,
  };
  return configureReceiver(receiverOptions.parse(options), lang).receiver;
}

async function outcomeOf(server: SMTPServerOptions, changes: object = {}) {
  const { port } = await smtpServer(server);
  return receiverOf(port, changes).send(lostWeights(), contextOf());
}

function smtpError(responseCode: number): Error {
  return Object.assign(new Error(`no, ${PASSWORD}`), { responseCode });
}

/** Header lines unfolded, words decoded; parts decoded. */
function read(mail: string) {
  const [head = '', ...rest] = mail.split('\r\n\r\n');
  const unfolded = head.replace(/\r\n\s+/g, ' ');
  const header = (name: string) => decodeWords(new RegExp(`^${name}: (.*)$`, 'im').exec(unfolded)?.[1] ?? `no ${name}`);
  const boundary = /boundary="([^"]+)"/.exec(unfolded)?.[1] ?? '';
  const parts = rest.join('\r\n\r\n').split(`--${boundary}`).slice(1, -1).map(decodePart);
  return { header, text: parts[0] ?? '', html: parts[1] ?? '' };
}

function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_, way: string, word: string) =>
      way.toLowerCase() === 'b' ? Buffer.from(word, 'base64').toString('latin1') : quoted(word.replaceAll('_', ' ')),
    )
    .replace(/[\s\S]*/, (all) => (/[\u0080-\u00ff]/.test(all) ? Buffer.from(all, 'latin1').toString() : all));
}

function quoted(text: string): string {
  return text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function decodePart(part: string): string {
  const [head = '', ...rest] = part.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString();
  return /quoted-printable/i.test(head) ? Buffer.from(quoted(body), 'latin1').toString() : body;
}

describe('a message', () => {
  test.each([
    ['en', 'CRITICAL: ', 'Go back to: checkpoint-100', 'Next step'],
    ['zh-CN', '【严重】', '回退到：checkpoint-100', '下一步'],
  ] as const)('in %s is text and HTML that say the same', async (lang, headline, goBack, next) => {
    const { port, mails } = await smtpServer();
    const notice = lostWeights();
    expect(await receiverOf(port, {}, lang).send(notice, contextOf())).toEqual({ kind: 'delivered' });
    const { header, text, html } = read(mails[0] ?? '');
    expect(header('Subject')).toBe(`${headline}${notice.texts?.[lang]?.annotations.summary} (qwen2.5-7b/lora/sft)`);
    expect(text).toContain(goBack);
    expect(html).toContain(`<html lang="${lang}">`);
    for (const word of [next, 'checkpoint-100', 'qwen2.5-7b/lora/sft', 'http://gpu-box:9909/?run=']) {
      expect(text).toContain(word);
      expect(html).toContain(word);
    }
    expect(header('To')).toBe('oncall@example.org, lab@example.org');
    expect(header('Auto-Submitted')).toBe('auto-generated');
  });

  test('and the one that it is over are one thread; a repeated one is the same', async () => {
    const { port, mails } = await smtpServer();
    const receiver = receiverOf(port);
    await receiver.send(lostWeights(), contextOf());
    await receiver.send(lostWeights(), contextOf());
    await receiver.send(overAgain(), contextOf({ idempotencyKey: 'f'.repeat(32) }));
    const [first, again, over] = mails.map((mail) => read(mail).header);
    expect(again?.('Message-ID')).toBe(first?.('Message-ID'));
    expect(over?.('Message-ID')).not.toBe(first?.('Message-ID'));
    expect(over?.('References')).toBe(first?.('References'));
    expect(over?.('Subject')).toMatch(/^RESOLVED: /);
  });

  test('of a hostile log has no header and no element of its own', async () => {
    const { port, mails } = await smtpServer();
    const notice = hostile();
    const summary = `x\r\nBcc: everybody@example.org\r\n\r\n${notice.annotations.summary}`;
    const texts = { en: { ...notice.texts?.en, annotations: { ...notice.texts?.en?.annotations, summary } } };
    await receiverOf(port).send({ ...notice, texts } as typeof notice, contextOf());
    const { header, text, html } = read(mails[0] ?? '');
    expect(header('Bcc')).toBe('no Bcc');
    expect(header('Subject').length).toBeLessThanOrEqual(250);
    expect(html).not.toMatch(/<script|<b>|<at /);
    expect(html).toContain('&lt;script&gt;');
    expectWholeCharacters(text);
  });
});

describe('an attempt', () => {
  test.each([421, 450, 451, 452])('is made again after SMTP %i', async (code) => {
    const outcome = await outcomeOf({ onRcptTo: (_address, _session, done) => done(smtpError(code)) });
    expect(outcome).toEqual({ kind: 'retry', reason: expect.stringMatching(`^SMTP ${code} `) });
  });

  test.each([550, 553, 554])('is dropped after SMTP %i', async (code) => {
    const outcome = await outcomeOf({ onRcptTo: (_address, _session, done) => done(smtpError(code)) });
    expect(outcome).toEqual({ kind: 'dropped', reason: `SMTP ${code} (EENVELOPE)` });
  });

  test('signs in with a password from a file, with a line break at its end', async () => {
    const seen: (string | undefined)[] = [];
    const { port } = await smtpServer({
      onAuth({ username, password }, _session, done) {
        seen.push(`${username} ${password}`);
        done(null, { user: username });
      },
    });
    const password_file = join(temporaryFolder(), 'password');
    const receiver = receiverOf(port, { username: 'me', password_file });
    expect(await receiver.send(lostWeights(), contextOf())).toEqual({
      kind: 'retry',
      reason: 'password_file cannot be read: ENOENT',
    });
    writeFileSync(password_file, `${PASSWORD}\n`);
    expect(await receiver.send(lostWeights(), contextOf())).toEqual({ kind: 'delivered' });
    expect(seen).toEqual([`me ${PASSWORD}`]);
  });

  test('is dropped when the password is wrong, which is not repeated', async () => {
    const outcome = await outcomeOf(
      { onAuth: (_auth, _session, done) => done(smtpError(535)) },
      { username: 'me', password: PASSWORD },
    );
    expect(outcome).toEqual({ kind: 'dropped', reason: 'SMTP 535 (EAUTH)' });
  });

  test('is made again when the connection is refused', async () => {
    const { port, close } = await smtpServer();
    await close();
    const outcome = await receiverOf(port).send(lostWeights(), contextOf());
    expect(outcome).toEqual({ kind: 'retry', reason: 'ECONNREFUSED' });
  });

  test('is made again when nothing is answered within the time limit', async () => {
    const outcome = await outcomeOf({ onMailFrom: () => {} }, { timeout: '150ms' });
    expect(outcome).toEqual({ kind: 'retry', reason: 'no answer within 150 ms' });
  });

  test('stops when the agent does', async () => {
    const abort = new AbortController();
    const { port } = await smtpServer({ onMailFrom: () => abort.abort() });
    const outcome = await receiverOf(port).send(lostWeights(), contextOf({ signal: abort.signal }));
    expect(outcome).toEqual({ kind: 'retry', reason: 'stopped' });
  });

  test.each([
    ['implicit', { secure: true, ...SELF_SIGNED }],
    ['starttls', { disabledCommands: [], ...SELF_SIGNED }],
  ])('over TLS (%s) is made again when the certificate is nobody knows whose', async (tls, server) => {
    const { port, mails } = await smtpServer(server);
    const outcome = await receiverOf(port, { tls }).send(lostWeights(), contextOf());
    expect(outcome).toEqual({ kind: 'retry', reason: expect.stringMatching(/CERT|TLS|SIGN|ISSUER/) });
    expect(mails).toEqual([]);
  });

  test('says nothing to a server without the TLS that is asked for', async () => {
    const { port, mails } = await smtpServer();
    const outcome = await receiverOf(port, { tls: 'starttls' }).send(lostWeights(), contextOf());
    expect(outcome.kind).not.toBe('delivered');
    expect(mails).toEqual([]);
  });
});

test.each([
  ['a name without a password', { username: 'me' }, /username and password/],
  ['a password without a name', { password: PASSWORD }, /username and password/],
  ['two passwords', { username: 'me', password: PASSWORD, password_file: '/f' }, /not both/],
  ['nobody to tell', { to: [] }, /Too small/],
])('refuses %s', (_, changes, message) => {
  const options = { type: 'email', host: 'h', from: 'a@example.org', to: ['b@example.org'], ...changes };
  const { error } = receiverOptions.safeParse(options);
  expect(error?.issues[0]?.message).toMatch(message);
  expect(JSON.stringify(error?.issues)).not.toContain(PASSWORD);
});
