// What was asked against what was judged.
import { describe, expect, it } from 'vitest';
import type { Generation, Judged, Sample } from '../api/generation';
import { courseOf, ENOUGH, gapOf, judgedOf, ordered, srccOf, stepsFor, tells, verdict, within } from './lies';

const point = (asked: number, judged: number): Judged => ({ id: '', generation: '', url: '', asked, judged });
const many = (judge: (asked: number) => number): Judged[] => Array.from({ length: ENOUGH }, (_, i) => point(1 + (i % 10), judge(1 + (i % 10))));

function sample(index: number, judged_mean: number | null, judged_distribution: number[] = []): Sample {
  return { id: `s${index}`, index, url: '', width: 64, height: 64, latent_seed: index, asked_mean: 7, judged_mean, judged_distribution, kept: true, artwork: null };
}

describe('the lie detector', () => {
  it('is told from twenty pictures on', () => {
    expect(srccOf(many((asked) => asked).slice(1))).toBeNull();
    expect(verdict(many((asked) => asked).slice(1))).toContain('1 are missing');
  });

  it('finds a dial that is obeyed, however little, and one that lies', () => {
    expect(srccOf(many((asked) => 5 + asked / 100))).toBeCloseTo(1);
    expect(srccOf(many((asked) => -asked))).toBeCloseTo(-1);
    expect(verdict(many((asked) => 11 - asked))).toContain('lies');
  });

  it('gives ties their middle rank', () => {
    // By hand: ranks of the two levels are 4.5 and 14.5 on one side, 0 to 19 on the other.
    const points = Array.from({ length: 20 }, (_, i) => point(i < 10 ? 2 : 8, i));
    expect(srccOf(points)).toBeCloseTo(500 / Math.sqrt(500 * 665), 6);
  });

  it('says nothing of one mean alone', () => {
    const same = Array.from({ length: 30 }, (_, i) => point(7, i));
    expect(srccOf(same)).toBeNull();
    expect(verdict(same)).toContain('Too few different means');
  });

  it('judges the dial only by means that the generator has seen, spread over them', () => {
    const band = { low: 3, high: 8 };
    const few = Array.from({ length: 40 }, (_, i) => point(5 + (i % 6) / 10, 5 + (i % 6) / 10));
    expect(verdict(few, band), 'six means close together').toContain('Too few different means');
    const beyond = Array.from({ length: 40 }, (_, i) => point(i % 2 ? 1 : 9.5, i % 2 ? 1 : 9));
    expect(verdict(beyond, band)).toContain('20 are missing');
    const both = [...many((asked) => asked), ...many((asked) => asked)];
    expect(tells(both, band)).toBe(true);
    expect(verdict([...both, ...beyond.map((one) => ({ ...one, judged: 10 - one.judged }))], band)).toContain('is obeyed: what was asked higher');
    const steps = stepsFor(band, 64);
    const swept = Array.from({ length: steps }, (_, i) => point(1 + (9 * i) / (steps - 1), 5));
    expect(within(swept, band).length).toBeGreaterThanOrEqual(ENOUGH);
    expect(stepsFor({ low: 5, high: 5 }, 64)).toBe(64);
  });

  it('measures the gap without sign', () => {
    expect(gapOf([point(7, 5), point(3, 4)])).toBe(1.5);
    expect(gapOf([])).toBeNull();
  });

  it('averages what is judged about each whole asked mean', () => {
    expect(courseOf([point(7.2, 6), point(2, 4), point(6.8, 4)])).toEqual([
      { asked: 2, judged: 4, n: 1 },
      { asked: 7, judged: 5, n: 2 },
    ]);
  });

  it('leaves out what was not judged, and films between two seeds', () => {
    const generations = [
      { id: 'a', kind: 'samples', samples: [sample(0, 5), sample(1, null)] },
      { id: 'b', kind: 'between', samples: [sample(0, 5)] },
    ] as Generation[];
    expect(judgedOf(generations).map(({ id }) => id)).toEqual(['s0']);
  });
});

describe('the order of pictures', () => {
  const flat = Array<number>(10).fill(0.1);
  const sure = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0];
  const samples = [sample(0, 5, sure), sample(1, null), sample(2, 6, flat)];
  const ids = (order: Parameters<typeof ordered>[1]): number[] => ordered(samples, order).map(({ index }) => index);

  it('puts what was not judged last', () => {
    expect(ids('made')).toEqual([0, 1, 2]);
    expect(ids('judged')).toEqual([2, 0, 1]);
    expect(ids('divided')).toEqual([2, 0, 1]);
  });
});
