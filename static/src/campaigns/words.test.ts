// How campaigns are put into words.
import { describe, expect, it } from 'vitest';
import { gapOf, gapWords, nextMoment, ordinal, standingWords, timeLeft } from './words';

const NOW = Date.parse('2026-05-01T12:00:00Z');

describe('the time left', () => {
  it.each([
    ['2026-05-01T12:00:40Z', '40 s'],
    ['2026-05-01T12:40:00Z', '40 min'],
    ['2026-05-01T17:10:00Z', '5 h 10 min'],
    ['2026-05-02T12:00:00Z', '24 h'],
    ['2026-05-04T12:00:00Z', '3 days'],
    ['2026-05-01T11:59:00Z', ''],
  ])('until %s is "%s"', (iso, words) => {
    expect(timeLeft(iso, NOW)).toBe(words);
  });
});

it('names what comes next by the state', () => {
  const dates = { submissions_close_at: 'a', opens_at: 'b', closes_at: 'c' };
  expect(nextMoment({ state: 'submitting', ...dates })?.at).toBe('a');
  expect(nextMoment({ state: 'scheduled', ...dates })?.at).toBe('b');
  expect(nextMoment({ state: 'open', ...dates })?.at).toBe('c');
  expect(nextMoment({ state: 'closed', ...dates })).toBeNull();
});

it('tells standings and gaps', () => {
  expect(standingWords({ mean: 6.24, low: 5.8, high: 6.6, votes: 12 })).toBe('6.2, 80 % interval 5.8 to 6.6, 12 votes');
  expect(standingWords({ mean: null, low: null, high: null, votes: 0 })).toBe('no votes yet');
  expect(gapWords(-0.83)).toBe('0.8 below what the model expects');
  expect(gapWords(0.02)).toBe('as the model expects');
});

it('says that few votes are mostly what was expected, and holds fewer than three against nobody', () => {
  const entry = { mean: 6.24, low: 5.8, high: 6.6, votes: 1, votes_mean: 9, prior: { mean: 6, sd: 0.7 } };
  expect(standingWords(entry)).toBe('6.2, 80 % interval 5.8 to 6.6, mostly expected: 1 vote');
  expect(standingWords({ ...entry, prior: null })).toContain('an estimate: 1 vote');
  expect([gapOf({ ...entry, votes: 2 }), gapOf({ ...entry, votes: 3 }), gapOf({ ...entry, votes: 3, votes_mean: null })]).toEqual([null, 3, null]);
});

it('counts places in English', () => {
  expect([1, 2, 3, 4, 11, 22, 103].map(ordinal)).toEqual(['1st', '2nd', '3rd', '4th', '11th', '22nd', '103rd']);
});
