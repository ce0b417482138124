import { expect } from 'vitest';
import { line, lines } from './lines.ts';
import { scenario } from './matrix.ts';

scenario('NaN, Infinity and -Infinity', (world) => {
  world.start();
  for (const [step, loss] of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0].entries()) {
    world.write('a', line(step + 1, { loss }));
  }
  world.expectTruth();
  expect(world.watch.run('a').run.tally).toMatchObject({
    records: 4,
    zeroLoss: 1,
    nonfinite: { loss: { nan: 1, inf: 2 } },
  });
});

scenario('keys absent, null, unknown, nested, duplicated, __proto__, numbers as strings', (world) => {
  world.start();
  world.write(
    'a',
    '{"current_steps": 1}\n',
    '{"current_steps": 2, "loss": null, "eval_loss": null}\n',
    '{"current_steps": 3, "new_key": 1.5, "nested": {"loss": 9}, "list": [1]}\n',
    '{"current_steps": 4, "loss": 1.0, "loss": 2.0}\n',
    '{"current_steps": 5, "loss": 1.5, "__proto__": {"loss": 0}, "constructor": 1}\n',
    '{"current_steps": "6", "loss": "1.25"}\n',
  );
  world.expectTruth();
  expect(world.records('a')).toBe(6);
  expect(world.watch.run('a').run.latest('loss')).toBe(1.25);
});

scenario('text between the lines is counted as bad, by reason', (world) => {
  world.start();
  world.write(
    'a',
    line(1),
    'Traceback (most recent call last):\n',
    '{"loss": 1.0}\n',
    '[1, 2]\n',
    '{"current\n',
    line(2),
  );
  world.expectTruth();
  expect(world.records('a')).toBe(2);
  expect(world.watch.bad).toEqual(['not-json', 'not-a-record', 'not-json', 'not-json']);
});

scenario('a step going back is a new attempt of the same run', (world) => {
  world.write('a', lines(1, 100));
  world.start();
  world.newTrainer('a');
  world.write('a', lines(51, 120, { seed: 1 }));
  world.expectTruth();
  expect(world.records('a')).toBe(170);
  expect(world.watch.run('a').run.attempts).toBe(2);
});

scenario('two writers in one log', (world) => {
  world.start();
  for (let step = 1; step <= 30; step++) {
    world.write('a', line(step));
    world.newTrainer('a');
    world.write('a', line(step + 500, { seed: 1 }));
    if (step % 7 === 0) world.settle(250);
  }
  world.expectTruth();
  expect(world.records('a')).toBe(60);
});
