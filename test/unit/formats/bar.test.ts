import { describe, expect, it } from 'vitest';
import { Bar } from '../../../src/formats/console/bar.ts';

function read(text: string, start = 0) {
  const bytes = Buffer.from(text);
  const bar = new Bar();
  const after = bar.read(bytes, start, bytes.length);
  return after === -1
    ? null
    : { count: bar.count, total: bar.total, isNested: bar.isNested, rest: bytes.toString('utf8', after) };
}

describe('a progress bar', () => {
  it.each([
    [' 45%|████▌     | 134/300 [00:03<00:04, 38.03it/s]', 134, 300],
    ['100%|██████████| 120/120 [1:00:03<00:00,  1.65s/it]', 120, 120],
    ['  0%|          | 0/24 [00:00<?, ?it/s]', 0, 24],
    [' 45%|####5     | 134/300 [00:03<00:04, 38.03it/s, loss=0.3]', 134, 300],
    [' 45%|4| 134/300 [00:03<00:04, 38.03it/s]', 134, 300],
    [' 45%|\x1b[32m████▌     \x1b[0m| 134/300 [00:03<00:04, 38.03it/s]', 134, 300],
  ])('%s', (text, count, total) => {
    expect(read(text)).toEqual({ count, total, isNested: false, rest: '' });
  });

  it('ends at its bracket', () => {
    expect(read(' 43%|██   | 130/300 [00:03<00:04, 38.03it/s]Traceback')).toMatchObject({ rest: 'Traceback' });
  });

  it('is nested when the cursor goes up after it', () => {
    expect(read(' 43%|██   | 3/10 [00:03<00:04, 38.03it/s]\x1b[A')).toMatchObject({ isNested: true });
  });

  it.each([
    '',
    '45%',
    '45%|',
    '45%|███ 134/300 [00:03<00:04, 38.03it/s]',
    ' 45%|████▌     | 134/300 [00:03<00:0',
    ' 45%|████▌     | 134 [00:03<00:04, 38.03it/s]',
    ' 45%|████▌     | 1.2k/3k [00:03<00:04, 38.03it/s]',
    'Map: 45%|████▌     | 134/300 [00:03<00:04, 38.03 examples/s]',
    ' 45%|███\n| 134/300 [00:03<00:04, 38.03it/s]',
    ' 45%|███| 134/300 [00:03\r<00:04, 38.03it/s]',
  ])('is not: %j', (text) => {
    expect(read(text)).toBeNull();
  });
});
