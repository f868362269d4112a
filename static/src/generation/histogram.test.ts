// A dial stands for ten shares; drawn ones always sum to one.
import { describe, expect, it } from 'vitest';
import { meanOf, sdOf } from '../opinion/stats';
import { levelled, nudged, ofDial, painted, rounded } from './histogram';

const sum = (shares: readonly number[]): number => shares.reduce((all, share) => all + share, 0);

describe('the histogram of a dial', () => {
  it.each([1, 2.4, 5.5, 7, 9.9, 10])('has the mean %f', (mean) => {
    const shares = ofDial(mean, 1.6);
    expect(sum(shares)).toBeCloseTo(1, 9);
    expect(meanOf(shares)).toBeCloseTo(mean, 4);
  });

  it('has the spread that it is given in the middle, and mirrors itself', () => {
    const shares = ofDial(5.5, 1.2);
    expect(sdOf(shares)).toBeCloseTo(1.2, 2);
    expect(shares[4]).toBeCloseTo(shares[5] as number, 6);
  });
});

describe('drawing a histogram', () => {
  const flat = Array<number>(10).fill(1);

  it('sets the bar under the pointer, within the frame', () => {
    expect(painted(flat, 3, 0.5)[3]).toBe(0.5);
    expect(painted(flat, 3, 1.7)[3]).toBe(1);
    expect(painted(flat, 3, -1)[3]).toBe(0);
  });

  it('keeps the last bar that stands', () => {
    const one = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    expect(painted(one, 5, 0)).toEqual(one);
    expect(nudged(one, 5, -1)).toEqual(one);
  });

  it('grows the highest bar by shrinking the others', () => {
    const next = nudged(flat, 0, 0.25);
    expect(next[0]).toBe(1);
    expect(next[1]).toBeCloseTo(0.8);
    expect(levelled([0, 2, 4, 0, 0, 0, 0, 0, 0, 0])).toEqual([0, 0.5, 1, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('shares of four digits', () => {
  it('sum to exactly one, and stay as they are when rounded again', () => {
    for (const weights of [[1, 1, 1, 0, 0, 0, 0, 0, 0, 0], [7, 1, 1, 1, 3, 3, 3, 0.1, 0.01, 2], ofDial(6.3, 1.7)]) {
      const once = rounded(weights);
      expect(once.reduce((all, share) => all + Math.round(share * 10_000), 0)).toBe(10_000);
      expect(rounded(once)).toEqual(once);
      expect(rounded(levelled(once))).toEqual(once);
    }
  });
});
