import { createHmac } from 'node:crypto';
import { bytesOf } from '../../../../src/notify/cut.ts';
import type { Answer, Request } from './server.ts';

/** Secrets of these tests; none of them may ever be said. */
export const PLANTED = {
  path: 'PLANTED-path-T0ken',
  secret: 'SECplanted0secret0key',
  token: '123456:PLANTED-telegram-token_x',
  key: 'PLANTEDroutingkey0123456789abcde',
} as const;

export interface Judged {
  readonly answer: Answer;
  /** Everything that a person reads, line by line; null when it is refused. */
  readonly shown: string | null;
}

/** The other side of a kind of receiver: what it wants, how it takes it, how it refuses. */
export interface Service {
  readonly type: string;
  /** Options for a server at this address. */
  options(origin: string): Record<string, unknown>;
  /** Names of the options that are secrets, and may lie in files. */
  readonly secrets: readonly string[];
  /** Checks a request as the service does, by what it documents. */
  judge(request: Request): Judged;
  /** Answers under a status of 200 that ask for another attempt. */
  readonly busy: readonly unknown[];
  /** Answers under a status of 200 that refuse. */
  readonly refusals: readonly unknown[];
}

type Json = Readonly<Record<string, unknown>>;

function refused(status: number, body: unknown): Judged {
  return { answer: { status, body }, shown: null };
}

function expectThat(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** Wraps a check: what it throws is a refusal with this status. */
function judging(status: number, answer: Answer, read: (request: Request) => string): Service['judge'] {
  return (request) => {
    try {
      return { answer, shown: read(request) };
    } catch (error) {
      return refused(status, `invalid: ${(error as Error).message}`);
    }
  };
}

const HOUR_S = 3600;

const webhook: Service = {
  type: 'webhook',
  options: (origin) => ({ url: `${origin}/hook/${PLANTED.path}`, secret: PLANTED.secret }),
  secrets: ['url', 'secret'],
  judge: judging(400, { status: 200 }, ({ json, text, headers }) => {
    const { version, alerts } = json as { version: string; alerts: { annotations: Json; labels: Json }[] };
    expectThat(version === '4' && alerts.length === 1, 'not version 4');
    const hmac = createHmac('sha256', PLANTED.secret).update(text).digest('hex');
    expectThat(headers['x-nanwatch-signature'] === `sha256=${hmac}`, 'signature');
    return [...Object.values(alerts[0]?.labels ?? {}), ...Object.values(alerts[0]?.annotations ?? {})].join('\n');
  }),
  busy: [],
  refusals: [],
};

const alertmanager: Service = {
  type: 'alertmanager',
  options: (origin) => ({ url: `${origin}/prefix/${PLANTED.path}/` }),
  secrets: ['url'],
  judge: judging(400, { status: 200 }, ({ json, path }) => {
    expectThat(path.endsWith('/api/v2/alerts'), 'path');
    const alerts = json as {
      labels: Json;
      annotations: Json;
      startsAt: string;
      endsAt: string;
      generatorURL: string;
    }[];
    for (const { labels, startsAt, endsAt, generatorURL } of alerts) {
      expectThat(labels.alertname && Date.parse(startsAt) <= Date.parse(endsAt) && URL.canParse(generatorURL), 'alert');
    }
    return alerts
      .flatMap(({ labels, annotations }) => [...Object.values(labels), ...Object.values(annotations)])
      .join('\n');
  }),
  busy: [],
  refusals: [],
};

interface SlackBlock {
  readonly type: string;
  readonly text?: { readonly type: string; readonly text: string };
  readonly elements?: readonly { readonly type: string; readonly text: string }[];
}

const slack: Service = {
  type: 'slack',
  options: (origin) => ({ url: `${origin}/services/T0/B0/${PLANTED.path}` }),
  secrets: ['url'],
  judge: judging(400, { status: 200, body: 'ok' }, ({ json }) => {
    const { text, blocks } = json as { text: string; blocks: SlackBlock[] };
    expectThat(text.length > 0 && text.length <= 40_000 && blocks.length <= 50, 'text');
    return blocks
      .map((block) => {
        const most = { header: 150, section: 3000, context: 3000 }[block.type] ?? 0;
        const found = block.text === undefined ? (block.elements ?? []) : [block.text];
        for (const one of found)
          expectThat(one.text.length > 0 && one.text.length <= most, `invalid_blocks ${block.type}`);
        return found.map((one) => (one.type === 'mrkdwn' ? mrkdwn(one.text) : one.text)).join(' ');
      })
      .join('\n');
  }),
  busy: [],
  refusals: [],
};

/** What Slack shows of its markup; a mention in it is refused here. */
function mrkdwn(text: string): string {
  expectThat(!/<[!@#]/.test(text), 'calls people');
  const bare = text.replace(/<(https?:[^|>]+)\|([^>]*)>/g, '$2');
  expectThat(!/[<>]/.test(bare), 'a bracket that is not escaped');
  return bare.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

const discord: Service = {
  type: 'discord',
  options: (origin) => ({ url: `${origin}/api/webhooks/1/${PLANTED.path}` }),
  secrets: ['url'],
  judge: judging(400, { status: 204 }, ({ json }) => {
    const { embeds, allowed_mentions: allowed } = json as {
      embeds: { title: string; description?: string; fields: { name: string; value: string }[] }[];
      allowed_mentions: { parse: string[] };
    };
    expectThat(allowed.parse.length === 0, 'may call people');
    const [embed] = embeds;
    expectThat(embed !== undefined && embed.fields.length <= 25, 'embed');
    const { title, description = '', fields } = embed;
    expectThat(title.length <= 256 && description.length <= 4096, 'BASE_TYPE_MAX_LENGTH');
    expectThat(
      fields.every(({ name, value }) => name.length <= 256 && value.length <= 1024 && value !== ''),
      'fields',
    );
    const all = [title, description, ...fields.flatMap(({ name, value }) => [name, value])];
    expectThat(all.join('').length <= 6000, 'too long in all');
    for (const one of [title, ...fields.map(({ value }) => value)]) {
      expectThat(!/(?<!\\)(?:\\\\)*[*_~`|]/.test(one.replace(/\\[*_~`|\\]/g, '')), 'markup that is not escaped');
    }
    return all.join('\n').replace(/\\(.)/g, '$1');
  }),
  busy: [],
  refusals: [],
};

interface FeishuText {
  readonly tag: 'plain_text' | 'lark_md';
  readonly content: string;
}
interface FeishuElement {
  readonly tag: string;
  readonly fields?: readonly { readonly text: FeishuText }[];
  readonly actions?: readonly { readonly url: string; readonly text: FeishuText }[];
}

const feishu: Service = {
  type: 'feishu',
  options: (origin) => ({ url: `${origin}/open-apis/bot/v2/hook/${PLANTED.path}`, secret: PLANTED.secret }),
  secrets: ['url', 'secret'],
  judge({ json, text }) {
    const { timestamp, sign, msg_type, card } = json as {
      timestamp: string;
      sign: string;
      msg_type: string;
      card: { header: { title: FeishuText }; elements: FeishuElement[] };
    };
    const wanted = createHmac('sha256', `${timestamp}\n${PLANTED.secret}`).digest('base64');
    const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) < HOUR_S;
    if (sign !== wanted || !isFresh) return refused(200, { code: 19021, msg: 'sign match fail' });
    if (msg_type !== 'interactive' || bytesOf(text) > 20_480) return refused(200, { code: 9499, msg: 'Bad Request' });
    const shown = card.elements.flatMap(({ fields = [], actions = [] }) =>
      [...fields, ...actions].map((one) => one.text.content.replaceAll('**', '')),
    );
    return {
      answer: { status: 200, body: { code: 0, msg: 'success', data: {} } },
      shown: [card.header.title.content, ...shown].join('\n'),
    };
  },
  busy: [{ code: 11232, msg: 'frequency limited psm' }],
  refusals: [
    { code: 19021, msg: 'sign match fail' },
    { code: 19024, msg: 'Key Words Not Found' },
  ],
};

const dingtalk: Service = {
  type: 'dingtalk',
  options: (origin) => ({ url: `${origin}/robot/send?access_token=${PLANTED.path}`, secret: PLANTED.secret }),
  secrets: ['url', 'secret'],
  judge({ json, text, query }) {
    const timestamp = query.get('timestamp') ?? '';
    const wanted = createHmac('sha256', PLANTED.secret).update(`${timestamp}\n${PLANTED.secret}`).digest('base64');
    const isFresh = Math.abs(Date.now() - Number(timestamp)) < HOUR_S * 1000;
    if (query.get('sign') !== wanted || !isFresh) return refused(200, { errcode: 310000, errmsg: 'sign not match' });
    if (query.get('access_token') !== PLANTED.path)
      return refused(200, { errcode: 300001, errmsg: 'token is not exist' });
    const { msgtype, markdown } = json as { msgtype: string; markdown: { title: string; text: string } };
    if (msgtype !== 'markdown' || markdown.title === '' || bytesOf(text) > 20_000)
      return refused(200, { errcode: 40035 });
    return { answer: { status: 200, body: { errcode: 0, errmsg: 'ok' } }, shown: rendered(markdown.text) };
  },
  busy: [
    { errcode: -1, errmsg: 'system busy' },
    { errcode: 130101, errmsg: 'send too fast' },
  ],
  refusals: [
    { errcode: 310000, errmsg: 'keywords not in content' },
    { errcode: 300001, errmsg: 'token is not exist' },
  ],
};

/** What a robot's Markdown shows; markup that a log brought in is refused here. */
function rendered(markdown: string): string {
  const known = markdown
    .replace(/\[([^\]]*)\]\(https?:[^)]*\)/g, '$1')
    .replace(/\*\*/g, '')
    .replace(/<font color="(info|comment|warning)">(.*?)<\/font>/g, '$2')
    .replace(/^(#### |> )/gm, '');
  expectThat(!/[<>[\]*`]/.test(known), `markup from a log: ${known.slice(0, 200)}`);
  return known;
}

const wecom: Service = {
  type: 'wecom',
  options: (origin) => ({ url: `${origin}/cgi-bin/webhook/send?key=${PLANTED.path}` }),
  secrets: ['url'],
  judge({ json, query }) {
    if (query.get('key') !== PLANTED.path) return refused(200, { errcode: 93000, errmsg: 'invalid webhook url' });
    const { msgtype, markdown } = json as { msgtype: string; markdown: { content: string } };
    if (msgtype !== 'markdown' || bytesOf(markdown.content) > 4096) return refused(200, { errcode: 40058 });
    return { answer: { status: 200, body: { errcode: 0, errmsg: 'ok' } }, shown: rendered(markdown.content) };
  },
  busy: [{ errcode: 45009, errmsg: 'api freq out of limit' }, { errcode: -1 }],
  refusals: [{ errcode: 93000, errmsg: 'invalid webhook url' }],
};

const telegram: Service = {
  type: 'telegram',
  options: (origin) => ({ token: PLANTED.token, chat_id: -100123, api_url: origin }),
  secrets: ['token'],
  judge({ json, path }) {
    if (path !== `/bot${PLANTED.token}/sendMessage`) return refused(401, { ok: false, error_code: 401 });
    try {
      const { chat_id, text, parse_mode } = json as { chat_id: number; text: string; parse_mode: string };
      expectThat(chat_id === -100123 && parse_mode === 'HTML', 'chat');
      const shown = telegramHtml(text);
      expectThat(shown.length <= 4096, 'message is too long');
      return { answer: { status: 200, body: { ok: true, result: { message_id: 1 } } }, shown };
    } catch (error) {
      return refused(400, { ok: false, error_code: 400, description: (error as Error).message });
    }
  },
  busy: [],
  refusals: [],
};

/** What Telegram shows of its HTML: few tags, each closed; other brackets and ampersands are an error. */
function telegramHtml(html: string): string {
  const bare = html.replace(/<b>([^<]*)<\/b>/g, '$1').replace(/<a href="[^"<>]*">([^<]*)<\/a>/g, '$1');
  expectThat(!/[<>]/.test(bare) && !/&(?!lt;|gt;|amp;|quot;)/.test(bare), "can't parse entities");
  return bare.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

const pagerduty: Service = {
  type: 'pagerduty',
  options: (origin) => ({ routing_key: PLANTED.key, url: `${origin}/v2/enqueue` }),
  secrets: ['routing_key'],
  judge: judging(400, { status: 202, body: { status: 'success', dedup_key: 'x' } }, ({ json, text }) => {
    const event = json as {
      routing_key: string;
      event_action: string;
      dedup_key: string;
      payload: { summary: string; source: string; severity: string; timestamp: string; custom_details: Json };
      links: { href: string; text: string }[];
    };
    const { summary, source, severity, timestamp, custom_details } = event.payload;
    expectThat(event.routing_key === PLANTED.key, 'routing_key');
    expectThat(['trigger', 'resolve'].includes(event.event_action), 'event_action');
    expectThat(event.dedup_key.length > 0 && event.dedup_key.length <= 255, 'dedup_key');
    expectThat(summary.length > 0 && summary.length <= 1024 && source !== '', 'summary');
    expectThat(['critical', 'error', 'warning', 'info'].includes(severity), 'severity');
    expectThat(!Number.isNaN(Date.parse(timestamp)) && bytesOf(text) <= 512_000, 'timestamp');
    return [summary, ...Object.values(custom_details)].join('\n');
  }),
  busy: [],
  refusals: [],
};

export const SERVICES: readonly Service[] = [
  webhook,
  alertmanager,
  slack,
  discord,
  feishu,
  dingtalk,
  wecom,
  telegram,
  pagerduty,
];
