// Keys, fingers and grids.
import { expect, it } from 'vitest';
import { columnsFor, stepInGrid } from './burst';
import { keyOfStep, moved, stepAt, stepOfKey } from './keys';
import { nudged, pointed } from './zoom';

it('gives ten to 0 and nothing to a digit past the last step', () => {
  expect(['1', '9', '0', 'x'].map((key) => stepOfKey(key, 10))).toEqual([0, 8, 9, -1]);
  expect(stepOfKey('6', 5)).toBe(-1);
  expect([0, 9, 10].map(keyOfStep)).toEqual(['1', '0', '']);
});

it('finds the step under a finger, and the end beyond an end', () => {
  const row = { left: 10, width: 100 };
  expect([10, 19, 20, 109, 140, -5].map((x) => stepAt(x, row, 10))).toEqual([0, 0, 1, 9, 9, 0]);
});

it('moves the focus by arrows and stops at the ends', () => {
  expect([moved('ArrowRight', 9, 10), moved('ArrowLeft', 3, 10), moved('End', 3, 10), moved('x', 3, 10)]).toEqual([9, 2, 9, null]);
});

it('lays a burst out so that its pictures are large', () => {
  expect(columnsFor(4, 1.5, 1.6)).toBe(2);
  expect(columnsFor(2, 1.5, 0.5)).toBe(1);
  expect(columnsFor(5, 1.5, 1.8)).toBe(3);
  expect([stepInGrid('ArrowDown', 1, 3, 5), stepInGrid('ArrowDown', 3, 3, 5), stepInGrid('ArrowLeft', 0, 3, 5)]).toEqual([4, 3, 0]);
});

it('keeps the point of a zoom within the picture', () => {
  const box = { left: 0, top: 0, width: 200, height: 100 };
  expect(pointed({ clientX: 50, clientY: 150 }, box)).toMatchObject({ x: 25, y: 100 });
  expect(nudged({ scale: 2.5, x: 95, y: 50 }, 'ArrowRight')).toMatchObject({ x: 100, y: 50 });
});
