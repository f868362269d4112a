// Where the lines over a crop run.
import { describe, expect, it } from 'vitest';
import { linesOf, nextGuide, type Guide } from './guides';

describe('the guides', () => {
  it('come one after the other, and round', () => {
    let guide: Guide = 'none';
    const seen = Array.from({ length: 5 }, () => (guide = nextGuide(guide)));
    expect(seen).toEqual(['thirds', 'golden', 'diagonal', 'none', 'thirds']);
  });

  it('cut both sides at the same shares', () => {
    expect(linesOf('none', 1)).toEqual([]);
    expect(linesOf('thirds', 2).map(([x]) => Math.round(x))).toEqual([33, 0, 67, 0]);
    const golden = linesOf('golden', 2)[0]?.[0] ?? 0;
    expect((100 - golden) / golden).toBeCloseTo((1 + Math.sqrt(5)) / 2);
  });

  it('leave corners at 45 degrees of the crop as it is, not of its frame on the page', () => {
    const [first] = linesOf('diagonal', 2);
    expect(first).toEqual([0, 0, 50, 100]);
    expect(linesOf('diagonal', 0.5)[3]).toEqual([100, 100, 0, 50]);
  });
});
