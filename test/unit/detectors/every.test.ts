import { describe, expect, it } from 'vitest';
import { DETECTORS } from '../../../src/detectors/index.ts';
import { ALERTS, SEVERITIES } from '../../../src/model/alert.ts';
import { SEEN, Watch } from './watch.ts';

/** Always the same numbers from 0 to 1. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe.each(Object.entries(DETECTORS))('every detector: %s', (_, kind) => {
  it('stands for an alert that there is, and alone does', () => {
    expect(ALERTS).toContain(kind.alertname);
    expect(Object.values(DETECTORS).filter((one) => one.alertname === kind.alertname)).toEqual([kind]);
  });

  it('has a default in its range and a description for every option', () => {
    for (const [name, { default: normally, min, max, isInteger, says }] of Object.entries(kind.options)) {
      expect(normally, name).toBeGreaterThanOrEqual(min);
      expect(normally, name).toBeLessThanOrEqual(max ?? Number.POSITIVE_INFINITY);
      if (isInteger) expect(normally, name).toBe(Math.round(normally));
      expect(says, name).toMatch(/\w{3}/);
    }
  });

  it('is content with a healthy run', () => {
    const watch = new Watch(kind);
    const verdicts = Array.from({ length: 200 }, (_, at) =>
      watch.see({
        max_steps: 1000,
        loss: 2 + Math.sin(at),
        grad_norm: 0.7 + at / 1000,
        learning_rate: 1e-4,
        epoch: at / 100,
      }),
    );
    expect(verdicts).not.toContain('bad');
  });

  it('throws at no number, and has a severity and evidence after any', () => {
    const odd = [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      0,
      -0,
      -1,
      1e308,
      -1e308,
      5e-324,
      1,
      2,
    ];
    const next = chance(7);
    const any = () => odd[Math.floor(next() * odd.length)] ?? 0;
    const watch = new Watch(kind);
    for (let at = 0; at < 2000; at++) {
      const step = next() < 0.9 ? at : any();
      const reward = at > 1000 ? { reward: any() } : {};
      watch.see(
        { step, max_steps: any(), loss: any(), eval_loss: any(), grad_norm: any(), learning_rate: any(), ...reward },
        SEEN,
        { kl: any(), entropy: any(), frac_reward_zero_std: any() },
      );
      expect(SEVERITIES).toContain(watch.detector.severity());
      for (const { value } of watch.detector.evidence()) expect(value).toBeTypeOf('number');
    }
  });

  it('says the same of a run whose losses are a thousand times as large', () => {
    const scaled = (scale: number) => {
      const watch = new Watch(kind);
      const next = chance(3);
      return Array.from({ length: 600 }, (_, at) => {
        const far = next() < 0.02 ? 8 : 1;
        const eval_loss = at % 10 === 9 ? { eval_loss: scale * (2 + at / 300) } : {};
        return watch.see({
          max_steps: 2000,
          loss: scale * (2 + next() / 5) * far,
          grad_norm: 1 + next(),
          ...eval_loss,
        });
      });
    };
    expect(scaled(1024)).toEqual(scaled(1));
  });

  it('has a severity and evidence at any time', () => {
    const watch = new Watch(kind);
    expect(SEVERITIES).toContain(watch.detector.severity());
    expect(Array.isArray(watch.detector.evidence())).toBe(true);
  });
});
