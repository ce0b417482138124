import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { cardOf, healthy } from '../scorecard/card.ts';
import { details } from '../scorecard/details.ts';

it.each(['runs', 'llamafactory'])(
  'the labels of the recorded %s say nothing against the report',
  (name) => {
    const card = cardOf(name, fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)));
    expect(card.judged.length).toBeGreaterThan(15);
    expect(healthy(card).length).toBeGreaterThan(5);
    expect(healthy(card).flatMap(({ alarms }) => alarms)).toEqual([]);
    // none is scored as long as nothing looks for lost weights
    const weighed = card.judged.flatMap(({ weights }) => weights ?? []);
    expect(weighed.map(({ said }) => said)).toEqual(weighed.map(({ truth }) => truth));
    expect(details([card])).toBe('');
  },
  60_000,
);
