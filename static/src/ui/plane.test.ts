// What a window on model against crowd shows.
import { expect, it } from 'vitest';
import { around, moved, placed, ticks, zoomed } from './plane';

it('holds every point', () => {
  const view = around([{ x: 4, y: 6 }, { x: 7, y: 5 }], 1, 10);
  for (const point of [{ x: 4, y: 6 }, { x: 7, y: 5 }]) {
    const { x, y } = placed(view, point, 100);
    expect(Math.min(x, y)).toBeGreaterThan(0);
    expect(Math.max(x, y)).toBeLessThan(100);
  }
  expect(around([], 1, 10)).toEqual({ x: 1, y: 1, span: 9 });
});

it('zooms about a spot and stops at both ends', () => {
  const view = { x: 1, y: 1, span: 9 };
  const at = { x: 4, y: 7 };
  const near = zoomed(view, 2, at, 9);
  expect(near.span).toBe(4.5);
  expect(placed(near, at, 100)).toEqual(placed(view, at, 100));
  expect(zoomed(view, 0.5, at, 9)).toEqual(view);
  expect(zoomed(view, 1000, at, 9).span).toBe(0.5);
});

it('moves, and marks its axes with round numbers', () => {
  expect(moved({ x: 1, y: 1, span: 9 }, 0.5, -0.5)).toEqual({ x: 1.5, y: 0.5, span: 9 });
  expect(ticks(1, 9)).toEqual([2, 4, 6, 8, 10]);
  expect(ticks(4.9, 0.5)).toEqual([4.9, 5, 5.1, 5.2, 5.3, 5.4]);
});
