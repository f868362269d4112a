// Two artworks beside each other.
import { describe, expect, it } from 'vitest';
import type { AttributeReading } from '../api/explanations';
import { commonMaps, marks, pairsOf, verdict } from './pairs';

const reading = (key: string, value: number | null, rest: Partial<AttributeReading> = {}): AttributeReading => ({
  key, label: key, family: 'photo', value, percentile: null, source: 'learned', low: -1, high: 1, low_word: '', high_word: '', choice: null, choices: [], judgement: true, missing: null, text: '', evidence: null, asks: '', votes: 0, mine: null, ...rest,
});

describe('the differences of two pictures', () => {
  it('come widest first, judgements before facts', () => {
    const a = [reading('near', 0.1), reading('far', -0.5), reading('fact', -1, { judgement: false })];
    const b = [reading('near', 0.2), reading('far', 0.5), reading('fact', 1, { judgement: false })];
    const pairs = pairsOf(a, b);
    expect(pairs.map(({ key }) => key)).toEqual(['far', 'near', 'fact']);
    expect(pairs[0]?.shares).toEqual([0.25, 0.75]);
    expect(pairs[0]?.gap).toBeCloseTo(0.5);
  });

  it('are those of their places where both have one', () => {
    const [one] = pairsOf([reading('x', 0.1, { percentile: 20 })], [reading('x', 0.2, { percentile: 90 })]);
    expect(one?.shares).toEqual([0.2, 0.9]);
    expect(one?.start).toBe(0.5);
    expect(pairsOf([reading('x', 0.1, { percentile: 20 })], [reading('x', 0.2)])[0]?.shares[0]).toBeCloseTo(0.55);
  });

  it('leave out what only one has, and what is no number', () => {
    expect(pairsOf([reading('x', 1), reading('y', null), reading('z', 1, { choice: 'red' })], [reading('y', 1), reading('z', 1, { choice: 'blue' })])).toEqual([]);
  });
});

describe('two pictures of one title', () => {
  const named = (id: string, rest: object = {}): Parameters<typeof marks>[0] => ({ id, title: 'Boats', filename: `${id}.jpg`, derivation: '', derived_from: null, ...rest });

  it('are told apart by how one was made from the other, else by their files', () => {
    expect(marks(named('a'), named('b', { derivation: '+0.3 EV', derived_from: { id: 'a', title: 'Boats' } }))).toEqual(['The original', '+0.3 EV']);
    expect(marks(named('a'), named('b'))).toEqual(['a.jpg', 'b.jpg']);
    expect(marks(named('a'), named('b', { title: 'Ships' }))).toEqual(['', '']);
    expect(marks(named('a'), null)).toEqual(['', '']);
  });
});

describe('the maps of two pictures', () => {
  it('are those that both have', () => {
    const map = (kind: string): { kind: string; key: string; label: string; url: string; explains: string; faithfulness: null } => ({ kind, key: 'overall', label: '', url: '', explains: '', faithfulness: null });
    expect(commonMaps([map('merge'), map('raise')], [map('raise')]).map(({ kind }) => kind)).toEqual(['raise']);
  });
});

describe('the sentence about both', () => {
  it('says who is ahead and whether that is sure', () => {
    expect(verdict({ mean: 5, interval: [4.8, 5.2] }, { mean: 6.5, interval: [6.2, 6.8] })).toMatch(/1\.5 more for B\. Their intervals do not overlap, so people would probably/);
    expect(verdict({ mean: 6, interval: [5, 7] }, { mean: 5.6, interval: [5, 6] })).toMatch(/0\.4 more for A, but their intervals overlap/);
    expect(verdict({ mean: 6, interval: [5, 7] }, { mean: 6.01, interval: [5, 7] })).toMatch(/same of both/);
    expect(verdict({ mean: 5.44, interval: [5, 7] }, { mean: 5.96, interval: [5, 7] })).toMatch(/0\.6 more for B/);
    expect(verdict({ mean: 5.44, interval: [5, 7] }, { mean: 5.36, interval: [5, 7] })).toMatch(/same of both/);
    expect(verdict(null, { mean: 6, interval: [5, 7] })).toBe('');
  });
});
