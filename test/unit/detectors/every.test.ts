import { describe, expect, it } from 'vitest';
import { DETECTORS } from '../../../src/detectors/index.ts';
import { ALERTS, SEVERITIES } from '../../../src/model/alert.ts';
import { Watch } from './watch.ts';

describe.each(Object.entries(DETECTORS))('every detector: %s', (_, kind) => {
  it('stands for an alert that there is, and alone does', () => {
    expect(ALERTS).toContain(kind.alertname);
    expect(Object.values(DETECTORS).filter((one) => one.alertname === kind.alertname)).toEqual([kind]);
  });

  it('has a default and a description for every option', () => {
    expect(() => kind.options.parse({})).not.toThrow();
    for (const [name, option] of Object.entries(kind.options.shape)) expect(option.description, name).toMatch(/\w{3}/);
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

  it('has a severity and evidence at any time', () => {
    const watch = new Watch(kind);
    expect(SEVERITIES).toContain(watch.detector.severity());
    expect(Array.isArray(watch.detector.evidence())).toBe(true);
  });
});
