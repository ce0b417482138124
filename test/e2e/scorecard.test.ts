import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { cardOf } from '../scorecard/card.ts';
import { details } from '../scorecard/details.ts';

it.each(['runs', 'llamafactory'])(
  'the labels of the recorded %s say nothing against the report',
  (name) => {
    const card = cardOf(name, fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)));
    expect(card.judged.length).toBeGreaterThan(15);
    expect(details([card])).toBe('');
  },
  60_000,
);
