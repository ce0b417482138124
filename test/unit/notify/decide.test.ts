import { expect, test } from 'vitest';
import type { Severity } from '../../../src/model/alert.ts';
import { asSent, decide } from '../../../src/notify/decide.ts';
import type { Told } from '../../../src/notify/outbox-rows.ts';
import type { CommonOptions } from '../../../src/notify/receiver.ts';
import { ANY, notice, START_MS } from './support.ts';

type State = 'never' | `${'firing' | 'resolved'} ${Severity} ${number}`;

function told(state: State): Told | null {
  if (state === 'never') return null;
  const [status, severity, seq] = state.split(' ');
  return { status, severity, seq: Number(seq), open: status === 'firing' && seq !== '0', atMs: 0 } as Told;
}

const CRITICAL: CommonOptions = { ...ANY, min_severity: 'critical' };
const UNRESOLVED: CommonOptions = { ...ANY, send_resolved: false };

test.each<[State, string, CommonOptions, 'live' | 'history', string]>([
  ['never', 'firing warning', ANY, 'live', 'send'],
  ['firing warning 1', 'firing warning', ANY, 'live', 'nothing'],
  ['firing warning 1', 'firing critical', ANY, 'live', 'send'],
  ['firing critical 2', 'firing warning', ANY, 'live', 'send'],
  ['firing warning 1', 'resolved warning', ANY, 'live', 'send'],
  ['resolved warning 2', 'resolved critical', ANY, 'live', 'nothing'],
  ['resolved warning 2', 'firing warning', ANY, 'live', 'send'],
  ['never', 'resolved warning', ANY, 'live', 'send'],
  // receivers that do not want to hear of the end
  ['firing warning 1', 'resolved warning', UNRESOLVED, 'live', 'remember'],
  ['never', 'resolved warning', UNRESOLVED, 'live', 'remember'],
  // receivers of the severe only
  ['never', 'firing warning', CRITICAL, 'live', 'nothing'],
  ['never', 'resolved warning', CRITICAL, 'live', 'nothing'],
  ['never', 'firing critical', CRITICAL, 'live', 'send'],
  ['firing critical 1', 'firing warning', CRITICAL, 'live', 'send'],
  ['firing critical 1', 'resolved warning', CRITICAL, 'live', 'send'],
  ['resolved critical 2', 'firing warning', CRITICAL, 'live', 'nothing'],
  // history
  ['never', 'firing critical', ANY, 'history', 'remember'],
  ['never', 'resolved critical', ANY, 'history', 'remember'],
  ['firing warning 0', 'resolved warning', ANY, 'history', 'remember'],
  ['firing warning 0', 'resolved warning', ANY, 'live', 'remember'],
  ['firing warning 0', 'firing warning', ANY, 'live', 'nothing'],
  ['firing warning 0', 'firing critical', ANY, 'live', 'send'],
  ['firing info 0', 'firing warning', CRITICAL, 'live', 'nothing'],
  ['firing warning 1', 'resolved warning', ANY, 'history', 'send'],
])('told %s, now %s (%#)', (before, now, options, when, expected) => {
  const [status, severity] = now.split(' ') as ['firing' | 'resolved', Severity];
  expect(decide(notice({ status, severity }), told(before), options, when === 'history', START_MS)).toBe(expected);
});

test('what resolves closes the alert under the severity that opened it', () => {
  const now = notice({ status: 'resolved', severity: 'critical' });
  const sent = asSent(now, told('firing warning 1'));
  expect(sent.severity).toBe('warning');
  expect(sent.labels).toEqual({ ...now.labels, severity: 'warning' });
});

test('what is told as over without having been told before says since when it was', () => {
  const now = notice({ status: 'resolved', endsAtMs: START_MS + 60_000 });
  for (const before of ['never', 'firing warning 0'] as const) {
    expect(asSent(now, told(before))).toEqual({
      ...now,
      annotations: { ...now.annotations, was_firing: 'from 2026-01-02T03:04:05.000Z to 2026-01-02T03:05:05.000Z' },
    });
  }
});
