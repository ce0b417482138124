import { describe, expect, test } from 'vitest';
import { alertmanagerBody } from '../../../src/notify/alertmanager-body.ts';
import { fingerprint } from '../../../src/notify/fingerprint.ts';
import { notice, resolved } from './support.ts';

/** FNV-1a, 64 bits in four 16-bit limbs: shares nothing with the code under test. */
function fnv1a(text: string[]): string {
  let limbs = [0x2325, 0x8422, 0x9ce4, 0xcbf2];
  for (const byte of text.flatMap((part) => [...Buffer.from(part), 0xff])) {
    const [a = 0, b = 0, c = 0, d = 0] = limbs;
    const low = a ^ byte;
    // times 2^40 + 0x1b3
    const products = [
      low * 0x1b3,
      b * 0x1b3,
      c * 0x1b3 + ((low << 8) & 0xffff),
      d * 0x1b3 + (low >> 8) + ((b << 8) & 0xffff),
    ];
    let carry = 0;
    limbs = products.map((product) => {
      const sum = product + carry;
      carry = Math.floor(sum / 0x10000);
      return sum % 0x10000;
    });
  }
  return limbs
    .reverse()
    .map((limb) => limb.toString(16).padStart(4, '0'))
    .join('');
}

describe('fingerprint', () => {
  test('is the one of Prometheus for its own example', () => {
    const labels = { name: 'garland, briggs', fear: 'love is not enough' };
    expect(BigInt(`0x${fingerprint(labels)}`)).toBe(5799056148416392346n);
    expect(fingerprint({})).toBe('cbf29ce484222325');
  });

  test('is FNV-1a over names in byte order, whatever the order of the object', () => {
    const labels = { severity: 'critical', run: '千问/qwen', alertname: 'TrainerLossNonFinite', Zone: 'a' };
    const expected = fnv1a([
      'Zone',
      'a',
      'alertname',
      'TrainerLossNonFinite',
      'run',
      '千问/qwen',
      'severity',
      'critical',
    ]);
    expect(fingerprint(labels)).toBe(expected);
    expect(fingerprint(Object.fromEntries(Object.entries(labels).reverse()))).toBe(expected);
  });

  test('has 16 digits even when it begins with zeros', () => {
    for (let n = 0; n < 200; n++) expect(fingerprint({ n: `${n}` })).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe("Alertmanager's webhook body", () => {
  test('of a firing alert', () => {
    const body = alertmanagerBody(notice(), 'hook', 'http://127.0.0.1:9909');
    expect(body).toEqual({
      receiver: 'hook',
      status: 'firing',
      alerts: [
        {
          status: 'firing',
          labels: { alertname: 'TrainerLossZero', run: 'run', severity: 'warning' },
          annotations: { summary: 'loss is 0' },
          startsAt: '2026-01-02T03:04:05.000Z',
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: 'http://127.0.0.1:9909/#run',
          fingerprint: fnv1a(['alertname', 'TrainerLossZero', 'run', 'run', 'severity', 'warning']),
        },
      ],
      groupLabels: { alertname: 'TrainerLossZero', run: 'run' },
      commonLabels: { alertname: 'TrainerLossZero', run: 'run', severity: 'warning' },
      commonAnnotations: { summary: 'loss is 0' },
      externalURL: 'http://127.0.0.1:9909',
      version: '4',
      groupKey: '{}:{alertname="TrainerLossZero", run="run"}',
      truncatedAlerts: 0,
    });
  });

  test('of a resolved alert has its end and the same fingerprint and group', () => {
    const firing = alertmanagerBody(notice(), 'hook', '');
    const body = alertmanagerBody(resolved(), 'hook', '');
    expect(body.status).toBe('resolved');
    expect(body.alerts[0]).toMatchObject({ status: 'resolved', endsAt: '2026-01-02T03:05:05.000Z' });
    expect(body.alerts[0]?.fingerprint).toBe(firing.alerts[0]?.fingerprint);
    expect(body.groupKey).toBe(firing.groupKey);
  });

  test('quotes what a folder name may hold', () => {
    const labels = { run: 'a "b"\\c', alertname: 'TrainerStalled', cluster: 'x' };
    const body = alertmanagerBody(notice({ labels }), 'hook', '');
    expect(body.groupKey).toBe('{}:{alertname="TrainerStalled", run="a \\"b\\"\\\\c"}');
    expect(body.groupLabels).toEqual({ alertname: 'TrainerStalled', run: 'a "b"\\c' });
  });
});
