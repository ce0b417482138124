import fc from 'fast-check';
import { expect, it } from 'vitest';
import { flat, readTrainerLogLine, TRAINER_LOG_KEYS } from '../../src/formats/trainer-log.ts';
import { FIELD } from '../../src/model/field.ts';
import { LogRecord } from '../../src/model/record.ts';
import { recordBlock } from '../../src/model/record-block.ts';

function readFlat(text: string): LogRecord | null {
  const bytes = Buffer.from(`${text}\n`);
  flat.load(bytes);
  if (flat.read(0) < bytes.length) return null;
  const record = new LogRecord();
  recordBlock.read(0, record);
  return record;
}

/** Numbers as Python, C and people write them, right and wrong. */
const number = fc.oneof(
  fc.double().map((value) => String(value).replace('e+', 'e')),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toExponential()),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.nat(25))
    .map(([digits, exponent]) => `${digits}e-${exponent}`),
  fc.stringMatching(/^-?[0-9]{1,22}(\.[0-9]{1,22})?([eE][-+]?[0-9]{1,4})?$/),
  fc.constantFrom(
    'NaN',
    'Infinity',
    '-Infinity',
    'null',
    '01',
    '1.',
    '.5',
    '-',
    '+1',
    '1e',
    '0x1',
    'nan',
    'true',
    '{}',
    '[1]',
    '"nan"',
    '"1.5"',
  ),
);
const duration = fc.oneof(
  fc.stringMatching(/^"([0-9]{1,7} days?, )?[0-9]{1,3}:[0-6][0-9]:[0-6][0-9]"$/),
  fc.constantFrom(
    '""',
    '"1 day, 2:03:04"',
    '"2 days, 21:34:25"',
    '"x"',
    '12',
    '"0:00:02.5"',
    '"1:2:3"',
    '"\\u0031:00:00"',
    'null',
  ),
);
const numeric = [...TRAINER_LOG_KEYS].flatMap(([name, { kind }]) => (kind === 'number' ? [name] : []));
const member = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(fc.constantFrom(...numeric), number) },
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom('elapsed_time', 'remaining_time'), duration) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('elapsed_time', 'other', '__proto__', 'loss ', 'lo\\u0073s'), number),
  },
);
/** Nearly always the first. */
function mostly(usual: string, ...others: string[]) {
  return fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}
const line = fc
  .tuple(
    fc.array(member, { maxLength: 4 }),
    mostly(', ', ',', ' , '),
    mostly(': ', ':', ' : '),
    mostly('', '\r', ' ', 'x', '}'),
  )
  .map(([members, comma, colon, tail]) => {
    const text = members.map(([name, value]) => `"${name}"${colon}${value}`);
    return `{${[`"current_steps"${colon}7`, ...text].join(comma)}}${tail}`;
  });

function plainly(record: LogRecord) {
  return record.entries().sort(([a], [b]) => (a < b ? -1 : 1));
}

it('reads what it reads as the tolerant parser does', () => {
  let readByFlat = 0;
  fc.assert(
    fc.property(line, (text) => {
      const record = readFlat(text);
      if (record === null) return;
      readByFlat++;
      const tolerant = new LogRecord();
      expect(readTrainerLogLine(text.trim(), tolerant)).toBe(null);
      expect(plainly(record)).toEqual(plainly(tolerant));
    }),
    { numRuns: 20_000 },
  );
  expect(readByFlat).toBeGreaterThan(4_000);
});

it('reads numbers to the last bit', () => {
  fc.assert(
    fc.property(number, (text) => {
      const record = readFlat(`{"current_steps": 1, "loss": ${text}}`);
      if (record === null || text === 'null') return;
      expect(record.get(FIELD.loss)).toBe(Number(text));
    }),
    { numRuns: 20_000 },
  );
});

it('leaves a number to the tolerant parser rather than round it wrongly', () => {
  const digits = fc.tuple(fc.bigInt({ min: 10n ** 15n, max: 10n ** 19n }), fc.integer({ min: -48, max: 24 }));
  let read = 0;
  fc.assert(
    fc.property(digits, ([mantissa, exponent]) => {
      const text = `${mantissa}e${exponent}`;
      const record = readFlat(`{"current_steps": 1, "loss": ${text}}`);
      if (record === null) return;
      read++;
      expect(record.get(FIELD.loss)).toBe(Number(text));
    }),
    { numRuns: 50_000 },
  );
  expect(read).toBeGreaterThan(20_000);
});

it('reads lines of one shape after lines of another, wherever the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), fc.nat(), (lines, place) => {
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      const cut = place % bytes.length;
      flat.load(bytes.subarray(0, cut));
      for (let at = 0; at < cut; ) {
        const after = flat.read(at);
        expect(after).toBeLessThanOrEqual(cut);
        const text = bytes.subarray(at, after).toString();
        const taken = text.split('\n').slice(0, -1);
        expect(taken.length).toBe(recordBlock.count);
        taken.forEach((one, index) => {
          const record = new LogRecord();
          recordBlock.read(index, record);
          const tolerant = new LogRecord();
          expect(readTrainerLogLine(one.trim(), tolerant)).toBe(null);
          expect(plainly(record)).toEqual(plainly(tolerant));
        });
        // the line that it did not take
        const newline = bytes.indexOf('\n', after);
        at = newline + 1;
      }
    }),
    { numRuns: 5_000 },
  );
});

it.each([
  '{"current_steps": 5, "total_steps": 10, "loss": 0.0, "lr": 5e-05, "epoch": 0.5, "percentage": 50.0, "elapsed_time": "0:00:02", "remaining_time": "0:00:02"}',
  '{"current_steps": 5, "total_steps": 10, "loss": NaN, "reward": null, "elapsed_time": "1 day, 2:03:04"}',
  '{"epoch": 0, "step": 24, "loss": NaN, "grad_norm": -Infinity, "learning_rate": 0.002, "total_steps": 120}',
])('reads %s from its bytes', (text) => {
  expect(readFlat(text)).not.toBe(null);
});
