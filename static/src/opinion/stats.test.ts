// Figures, words and geometry of an opinion distribution.
import { describe, expect, it } from 'vitest';
import {
  agreementWord,
  curvePoints,
  formatMean,
  formatShare,
  intervalSentence,
  meanOf,
  normalise,
  placeOf,
  placeSentence,
  ratingX,
  sdOf,
  smoothPath,
  trustSentence,
} from './stats';

const even = Array.from({ length: 10 }, () => 0.1);
const certain = [0, 0, 0, 0, 0, 0, 1, 0, 0, 0];

describe('an opinion distribution', () => {
  it('is scaled to one, whether it came as counts or shares', () => {
    expect(normalise([0, 0, 2, 2, 0, 0, 0, 0, 0, 0])).toEqual([0, 0, 0.5, 0.5, 0, 0, 0, 0, 0, 0]);
  });

  it('is refused when it holds no opinion', () => {
    expect(normalise(even.slice(1))).toBeNull();
    expect(normalise(even.map(() => 0))).toBeNull();
    expect(normalise([Number.NaN, ...even.slice(1)])).toBeNull();
    expect(normalise(null)).toBeNull();
  });

  it('has the mean and spread of its ratings 1 to 10', () => {
    expect(meanOf(even)).toBeCloseTo(5.5);
    expect(sdOf(even)).toBeCloseTo(Math.sqrt(8.25));
    expect(meanOf(certain)).toBe(7);
    expect(sdOf(certain)).toBe(0);
  });
});

describe('its words', () => {
  it('show small shares without calling them nothing', () => {
    expect([0, 0.004, 0.01, 0.256].map(formatShare)).toEqual(['0 %', '<1 %', '1 %', '26 %']);
  });

  it('say mean, interval and agreement', () => {
    expect(formatMean(6.449)).toBe('6.4');
    expect(intervalSentence([3, 8.25])).toBe('A crowd like the one it learned from would put its mean between 3.0 and 8.3, about four times in five; less often for motifs it never met.');
    expect([1.5, 2.0, 2.5].map(agreementWord)).toEqual([
      'People would largely agree',
      'Opinions would vary',
      'Opinions would be divided',
    ]);
  });

  it('claim an interval for photos only', () => {
    expect(trustSentence('photo', [3, 8.25])).toMatch(/four times in five/);
    expect(trustSentence('painting', [3, 8.25])).toMatch(/photos only and is untested on paintings/);
    expect(trustSentence('painting', [3, 8.25])).not.toMatch(/3|8/);
  });
});

describe('its place', () => {
  it('is said among known photos and in the library at once', () => {
    expect(placeSentence({ known: 83.2, library: 61 })).toBe('Higher than 83 of 100 photos it learned from, and than 61 % of your library.');
  });

  it('is said with one of them, or not at all', () => {
    expect(placeSentence({ known: 83, library: null })).toBe('Higher than 83 of 100 photos it learned from.');
    expect(placeSentence({ known: null, library: 72.4 }, 'its library')).toBe('Higher than 72 % of its library.');
    expect(placeSentence({ known: null, library: null })).toBe('');
  });

  it('never claims all or none', () => {
    expect(placeSentence({ known: 99.9, library: 100 })).toBe('Higher than nearly all photos it learned from, and among the very highest in your library.');
    expect(placeSentence({ known: 0.2, library: 0 })).toBe('Lower than nearly all photos it learned from, and among the lowest in your library.');
    expect(placeSentence({ known: 0, library: 40 })).toBe('Lower than nearly all photos it learned from, and higher than 40 % of your library.');
    expect(placeSentence({ known: 99.4, library: null })).toBe('Higher than 99 of 100 photos it learned from.');
  });

  it('is not claimed among photos for a painting', () => {
    const score = { percentile: 61, reference_percentile: 83 };
    expect(placeOf('photo', score)).toEqual({ known: 83, library: 61 });
    expect(placeOf('painting', score)).toEqual({ known: null, library: 61 });
  });
});

describe('its curve', () => {
  it('peaks where the highest bin is and stands on the floor at both ends', () => {
    const points = curvePoints(certain, 200, 100, 1);
    expect(points).toHaveLength(12);
    expect(points[7]).toEqual({ x: 130, y: 0 });
    expect(points.at(-1)).toEqual({ x: 200, y: 100 });
  });

  it('never leaves the box, so no share is invented between bins', () => {
    const path = smoothPath(curvePoints([0, 0.5, 0, 0.3, 0.2, 0, 0, 0, 0, 0], 100, 50, 0.5));
    const ys = path.replace('M', '').split('C').flatMap((part) => part.split(' ').map(Number)).filter((_, i) => i % 2 === 1);
    expect(Math.min(...ys)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...ys)).toBeLessThanOrEqual(50);
  });

  it('puts rating 1 and 10 at the centres of the outer bins', () => {
    expect(ratingX(1, 100)).toBe(5);
    expect(ratingX(10, 100)).toBe(95);
  });
});
