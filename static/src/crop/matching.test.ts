// Rows of the list keep their identity while the list is ranked again.
import { expect, it } from 'vitest';
import { keysFor } from './matching';

const old = [
  { key: 1, box: [0, 0, 100, 100] },
  { key: 2, box: [200, 0, 100, 100] },
] as const;

it('knows a crop that moved a little, wherever it now ranks', () => {
  expect(keysFor([[205, 0, 100, 100], [0, 5, 100, 100]], old, 9)).toEqual([2, 1]);
});

it('takes each crop for one of the old ones at most', () => {
  expect(keysFor([[0, 0, 100, 100], [2, 0, 100, 100]], old, 9)).toEqual([1, 9]);
});

it('numbers strangers afresh', () => {
  expect(keysFor([[0, 300, 50, 50], [400, 300, 50, 50]], old, 9)).toEqual([9, 10]);
  expect(keysFor([[0, 0, 10, 10]], [], 3)).toEqual([3]);
});
