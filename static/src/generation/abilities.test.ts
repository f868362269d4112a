// Successes and failures by one rule.
import { describe, expect, it } from 'vitest';
import type { Ability, Estimate, Outcome } from '../api/generation';
import { copiedWords, likenessWords, obeyedWords, ranked, recognisedWords, standingOf, summary } from './abilities';

const about = (value: number, by = 0.05): Estimate => ({ value, low: value - by, high: value + by });
const outcome = (part: Partial<Outcome>): Outcome => ({ obeyed: about(0.5), recognised: about(0.9), mistaken: about(0.2), samples: 128, kid: 1.5, near: null, spread: 4, spread_real: 8, ...part });
const ability = (key: string, pictures: number, of: Partial<Outcome> | null): Ability => ({ key, name: key, given: key, pictures, outcome: of && outcome(of), samples: [] });

describe('a category', () => {
  it('succeeds only when its whole interval does', () => {
    expect(standingOf(outcome({}))).toBe('made');
    expect(standingOf(outcome({ recognised: about(0.52) }))).toBe('sometimes');
    expect(standingOf(outcome({ recognised: about(0.28) }))).toBe('failed');
    expect(standingOf(outcome({ recognised: about(0.98, 0.01), mistaken: about(0.99, 0.01) })), 'everything is told to be of it').toBe('failed');
    expect(standingOf(null)).toBe('unknown');
  });

  it('says what the dial does, the wrong way too', () => {
    expect(obeyedWords(outcome({}))).toBe('The dial is obeyed more often than not: rank correlation of asked and judged 0.50 (0.45 to 0.55; 0 none, 1 always in order).');
    expect(obeyedWords(outcome({ obeyed: about(0.02) }))).toContain('nothing that could be told from chance');
    expect(obeyedWords(outcome({ obeyed: about(-0.3) }))).toContain('wrong way: rank correlation of asked and judged −0.30');
  });

  it('tells its figures with what they are to be compared with', () => {
    expect(recognisedWords(outcome({}))).toBe('Of 128 samples 90\u00a0% (85\u00a0% to 95\u00a0%) are told to be of it; of samples of other categories 20\u00a0% (15\u00a0% to 25\u00a0%) are, too.');
    expect(likenessWords(outcome({}))).toContain('Samples differ 50\u00a0% as much');
    expect(copiedWords(outcome({}))).toBe('');
    expect(copiedWords(outcome({ near: about(0.03, 0.01) }))).toContain('No sign of copies');
    expect(copiedWords(outcome({ near: about(0.3) }))).toContain('Some may be copies');
  });
});

it('puts successes first and counts them', () => {
  const categories = [ability('a', 9, { recognised: about(0.1), obeyed: about(0) }), ability('b', 5, null), ability('c', 3, {}), ability('d', 7, {})];
  expect(ranked(categories).map(({ key }) => key)).toEqual(['d', 'c', 'a', 'b']);
  expect(summary({ categories })).toBe('2 of 3 categories are surely recognised, and in 2 the dial is surely obeyed.');
  expect(summary({ categories: categories.slice(1, 2) })).toContain('measures no category');
});
