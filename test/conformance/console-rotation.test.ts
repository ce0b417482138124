import { expect, onTestFinished } from 'vitest';
import { LogRecord } from '../../src/model/record.ts';
import { strandsOf } from '../../src/pipeline/strands.ts';
import { Join } from '../../src/runs/join.ts';
import { ConsoleWriter } from './console-writer.ts';
import { newWorld, scenario } from './matrix.ts';
import { Random } from './random.ts';
import type { World } from './world.ts';

/** The agent starts when the console has some records; from then on its counter is watched. */
function begin(world: World): ConsoleWriter {
  const console = new ConsoleWriter(world, 'a');
  onTestFinished(() => void console.reopen());
  console.print(20);
  world.start();
  let most = 0;
  world.watch.observed = () => {
    const records = world.watch.pipeline.runs.get('a')?.run.tally.records ?? 0;
    expect(records, 'records counted').toBeGreaterThanOrEqual(most);
    most = records;
  };
  return console;
}

/** Every record is there, in order, once; the same after a restart. */
function expectAll(world: World, { step }: ConsoleWriter): void {
  world.settle();
  const all = Array.from({ length: step }, (_, index) => index + 1);
  expect(stepsOf(world)).toEqual(all);
  expect(world.records('a')).toBe(step);
  expect(world.watch.run('a').run.attempts).toBe(1);
  world.start();
  expect(stepsOf(world)).toEqual(all);
  expect(world.records('a')).toBe(step);
}

function stepsOf(world: World): (number | null)[] {
  const join = new Join(strandsOf(world.watch.run('a').sources));
  const record = new LogRecord();
  return Array.from({ length: join.count }, (_, index) => {
    join.read(index, record);
    return record.step;
  });
}

scenario('a console log that was moved away, with unread lines at its end', (world) => {
  const console = begin(world);
  console.print(5).moveTo('train.log.1').reopen().print(7);
  expectAll(world, console);
});

scenario('moved away thrice in a burst, with unread lines each time', (world) => {
  const console = begin(world);
  console.print(5).moveTo('train.log.1').reopen().print(6);
  console.moveTo('train.log.1', 'train.log.2').reopen().print(7);
  console.moveTo('train.log.1', 'train.log.2', 'train.log.3').reopen().print(8);
  expectAll(world, console);
});

scenario('moved away again and again, with a look in between', (world) => {
  const console = begin(world);
  const names: string[] = [];
  for (let count = 1; count <= 4; count++) {
    names.push(`train.log.${count}`);
    console
      .print(count)
      .moveTo(...names)
      .reopen()
      .print(3);
    world.settle();
  }
  console
    .print(5)
    .moveTo(...names, 'train.log.5')
    .reopen()
    .print(1);
  console
    .moveTo(...names, 'train.log.5', 'train.log.6')
    .reopen()
    .print(2);
  expectAll(world, console);
});

scenario('moved away to dated names, thrice in a burst', (world) => {
  const console = begin(world);
  for (const day of [24, 25, 26]) console.print(day).moveTo(`train.log-202611${day}`).reopen().print(3);
  expectAll(world, console);
});

scenario('moved away, while its writer still adds to the moved file', (world) => {
  const console = begin(world);
  console.moveTo('train.log.1');
  if (world.options.writer === 'keeps its descriptor') {
    console.print(30);
    world.settle();
    console.print(3);
    world.touch(`${console.path}.1`);
  }
  console.reopen().print(4);
  expectAll(world, console);
});

scenario('moved away, and a new one comes only long after', (world) => {
  const console = begin(world);
  console.print(2).moveTo('train.log.1');
  world.settle(60_000);
  expect(world.records('a')).toBe(console.step);
  console.reopen().print(4);
  expectAll(world, console);
});

scenario('copied and cut, thrice in a burst, with unread lines each time', (world) => {
  const console = begin(world);
  console.print(5).copyTo('train.log.1').print(6);
  console.copyTo('train.log.1', 'train.log.2').print(7);
  console.copyTo('train.log.1', 'train.log.2', 'train.log.3').print(8);
  expectAll(world, console);
});

scenario('copied and cut again and again, with a look in between', (world) => {
  const console = begin(world);
  const names: string[] = [];
  for (let count = 1; count <= 4; count++) {
    names.push(`train.log.${count}`);
    console
      .print(count)
      .copyTo(...names)
      .print(3);
    world.settle();
  }
  expectAll(world, console);
});

scenario('copied to dated names and cut, thrice in a burst', (world) => {
  const console = begin(world);
  for (const day of [24, 25, 26]) console.print(day).copyTo(`train.log-202611${day}`).print(3);
  expectAll(world, console);
});

scenario('copied, and cut only later: its records count once all the while', (world) => {
  const console = begin(world);
  console.copy(`${console.path}.1`);
  world.settle();
  expect(world.records('a')).toBe(console.step);
  console.print(3);
  world.settle();
  expect(world.records('a')).toBe(console.step);
});

/** Seeds of rotations at random; `NANWATCH_SEEDS=1000` goes through more of them. */
const SEEDS = Number(process.env.NANWATCH_SEEDS ?? 15);

scenario('whatever happens, in any order', ({ options }) => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      rotateAtRandom(newWorld(options), new Random(seed));
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});

function rotateAtRandom(world: World, random: Random): void {
  const console = begin(world);
  const names: string[] = [];
  const operations = {
    print: () => console.print(1 + random.below(6)),
    look: () => world.watch.tail.drain(world.nowMs),
    events: () => world.waker.deliver(),
    settle: () => world.settle(500),
    move: () => {
      names.push(`train.log.${names.length + 1}`);
      console
        .moveTo(...names)
        .reopen()
        .print(1);
    },
    copy: () => {
      names.push(`train.log.${names.length + 1}`);
      console.copyTo(...names);
    },
  };
  for (let count = 0; count < 30; count++) {
    operations[random.of(['print', 'print', 'look', 'events', 'settle', 'move', 'copy'] as const)]();
  }
  // the first record of a file is not known before the second when no bar came before it
  console.print(2);
  expectAll(world, console);
}
