// Round marks and honest ranges.
import { describe, expect, it } from 'vitest';
import { marks, place, rangeOf } from './axis';

describe('an axis', () => {
  it('holds all values with a margin, and skips what is missing', () => {
    expect(rangeOf([0, null, 10, Number.NaN])).toEqual({ low: -1, high: 11 });
    expect(rangeOf([null])).toBeNull();
    expect(rangeOf([0.9, 1], 0, { low: -1, high: 1 })).toEqual({ low: 0.89, high: 1 });
  });
  it('has a length when all values are one', () => {
    const range = rangeOf([0.5, 0.5], 0.1);
    expect(range?.low).toBeCloseTo(0.44);
    expect(place(range ?? { low: 0, high: 1 }, 0.5, 100)).toBeCloseTo(50);
  });
  it('is marked with round numbers', () => {
    expect(marks({ low: -0.031, high: 0.074 })).toEqual([0, 0.05]);
    expect(marks({ low: 0.42, high: 0.61 })).toEqual([0.45, 0.5, 0.55, 0.6]);
    expect(marks({ low: 0, high: 10 })).toEqual([0, 5, 10]);
  });
});
