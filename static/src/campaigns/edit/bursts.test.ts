// Which shots belong together.
import { expect, it } from 'vitest';
import { burstsIn } from './bursts';

const shot = (id: string, seconds: number | null) => ({ id, captured_at: seconds === null ? null : new Date(1_700_000_000_000 + seconds * 1000).toISOString() });

it('chains shots of at most three seconds apart, in order of time', () => {
  expect(burstsIn([shot('c', 5), shot('a', 0), shot('b', 3), shot('far', 60), shot('untimed', null)])).toEqual([['a', 'b', 'c']]);
});

it('never asks about more than nine at once', () => {
  const groups = burstsIn(Array.from({ length: 12 }, (_, i) => shot(String(i).padStart(2, '0'), i)));
  expect(groups.map((ids) => ids.length)).toEqual([9, 3]);
});

it('finds none among single shots', () => {
  expect(burstsIn([shot('a', 0), shot('b', 10)])).toEqual([]);
});
