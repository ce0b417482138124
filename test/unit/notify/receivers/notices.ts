import { expect } from 'vitest';
import type { Incident } from '../../../../src/model/incident.ts';
import type { Notice } from '../../../../src/model/notice.ts';
import { noticeOf } from '../../../../src/notices.ts';
import type { SendContext } from '../../../../src/notify/receiver.ts';
import { incidentOf, LOST } from '../../knowledge/incidents.ts';
import { START_MS } from '../support.ts';

/** An alert with all that can be said of one: weights that are lost, a checkpoint, work that was for nothing, a cause. */
export function lostWeights(changes: Partial<Incident> = {}, labels: Readonly<Record<string, string>> = {}): Notice {
  const incident = incidentOf('TrainerWeightsLost', {
    run: 'qwen2.5-7b/lora/sft',
    severity: 'critical',
    judgement: LOST,
    rollbackCheckpoint: 'checkpoint-100',
    wasted: { steps: 134, seconds: 720, tokens: 45_000 },
    startedAtMs: START_MS,
    evidence: [
      { step: 120, field: 'loss', value: 0 },
      { step: 121, field: 'grad_norm', value: Number.NaN },
    ],
    ...changes,
  });
  const context = { precision: 'bf16', unsloth: true, quantization_bit: 4, trainer: 'llamafactory' } as const;
  const subject = { folder: '/saves/qwen2.5-7b/lora/sft', run: { origin: 'o', context } };
  const options = { language: 'en', labels, externalUrl: 'http://gpu-box:9909' } as const;
  return noticeOf(subject, incident, START_MS + 60_000, options);
}

export function overAgain(): Notice {
  return lostWeights({ status: 'resolved', endedAtMs: START_MS + 60_000 });
}

/** What a log may make of an alert at the worst: markup of every kind, whatever calls people, no end, and no plain letters. */
const HOSTILE = [
  '<!channel> <@U1> @everyone @here <at user_id="all"></at>',
  '*bold* _it_ ~no~ `code` ```block``` [x](http://evil.example/) # head > quote | a | b |',
  '<b>x</b><script>alert(1)</script> &amp; "quoted" \'single\' \\ back',
].join(' ');

/** One character for people, eleven for JavaScript. */
const FAMILY = '👨‍👩‍👧‍👦';

/** Nothing was cut within a character. */
export function expectWholeCharacters(shown: string): void {
  expect(shown).toContain(FAMILY);
  expect(shown.isWellFormed()).toBe(true);
  expect(shown.replaceAll(FAMILY, '')).not.toMatch(/👨|👩|👧|👦|\ufffd/u);
}

export function hostile(): Notice {
  const text = `${HOSTILE} ${FAMILY.repeat(40)} ${'损失在第一步之后变为零。'.repeat(300)}`;
  const plain = lostWeights();
  const texts = Object.entries(plain.texts ?? {}).map(([name, one]) => [
    name,
    {
      ...one,
      annotations: { ...one.annotations, summary: text, diagnosis: text, advice: text },
      meaning: text,
      weights: text,
      cause: text,
      todo: text,
    },
  ]);
  return {
    ...plain,
    labels: { ...plain.labels, run: `${HOSTILE}/${'运行'.repeat(500)}` },
    annotations: { ...plain.annotations, summary: text, description: text, diagnosis: text, advice: text },
    texts: Object.fromEntries(texts),
    generatorUrl: `http://gpu-box:9909/?run=${encodeURIComponent('运行 "a" <b>'.repeat(20))}`,
  };
}

export function contextOf(changes: Partial<SendContext> = {}): SendContext {
  return {
    receiverName: 'hook',
    idempotencyKey: 'a1b2'.repeat(8),
    externalUrl: 'http://gpu-box:9909',
    nowMs: Date.now(),
    signal: new AbortController().signal,
    ...changes,
  };
}
