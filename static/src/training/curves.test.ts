// Where points of a run lie in time.
import { describe, expect, it } from 'vitest';
import type { CurvePoint } from '../api/training';
import { laidOut, latest, roundMarks, updateMarks } from './curves';

const point = (phase: string, epoch: number, epochs: number, srcc: number | null = null): CurvePoint => ({
  phase, epoch, epochs, srcc, loss: null, emd_r2: null, coverage: null, images_per_s: null,
});

describe('a run in time', () => {
  it('gives each phase as much room as it has epochs', () => {
    const { phases, points } = laidOut([point('head', 1, 2), point('head', 2, 2), point('all', 1, 6)]);
    expect(phases).toEqual([
      { name: 'head', from: 0, to: 0.25 },
      { name: 'all', from: 0.25, to: 1 },
    ]);
    expect(points.map(({ x }) => x)).toEqual([0.125, 0.25, 0.375]);
  });
  it('names under each round the share of the pictures that it learned from', () => {
    expect(roundMarks([point('head', 1, 3)]).map(({ text }) => text)).toEqual(['40\u00a0%', '70\u00a0%', '100\u00a0%']);
    expect(roundMarks([])).toEqual([]);
  });
  it('takes the newest word on how long a duel lasts', () => {
    const curve = [point('duel', 100, 90_000), point('duel', 2_500, 10_000)];
    expect(laidOut(curve).points.map(({ x }) => x)).toEqual([0.01, 0.25]);
    expect(updateMarks(curve)).toEqual([{ x: 0, text: '0' }, { x: 0.5, text: '5,000' }, { x: 1, text: '10,000' }]);
  });
  it('has a newest value that skips what is not known', () => {
    expect(latest([point('a', 1, 3, 0.4), point('a', 2, 3)], 'srcc')).toBe(0.4);
    expect(latest([], 'srcc')).toBeNull();
  });
});
