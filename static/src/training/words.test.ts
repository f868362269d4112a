// What the gate's answer is called, and how long things take.
import { describe, expect, it } from 'vitest';
import type { RunBrief, RunState, Verdict } from '../api/training';
import { MAKING } from './telling';
import { aheadOf, changeWords, duration, gainWords, headline, moveWords, progressWords, stateWord, valueWords } from './words';

const figures = { srcc: { value: 0.5, low: 0.4, high: 0.6 }, emd_r2: null, mae: { value: 1, low: 1, high: 1 }, coverage: null, milliseconds: null, megabytes: null };
const verdict = (change: Partial<Verdict>): Verdict => ({
  passed: false,
  reasons: [],
  pictures: 90,
  challenger: figures,
  champion: figures,
  constant: figures,
  gain: { value: 0.01, low: -0.02, high: 0.04 },
  emd_gain: null,
  ceiling: null,
  slices: [],
  ...change,
});
const veto = (code: string) => ({ code, ruling: 'veto' as const, text: '' });

describe('the headline of a verdict', () => {
  it('says yes only when the gate passed', () => {
    expect(headline(verdict({ passed: true }))).toEqual({ answer: 'Yes', rest: 'the challenger is better.' });
    expect(headline(verdict({ passed: true, champion: null })).rest).toBe('it is better than a constant.');
  });
  it('says of a generator whether it does what it is asked, and whether it repeats what it saw', () => {
    expect(headline(verdict({ passed: true, champion: null }), MAKING).rest).toBe('it does what it is asked, beyond chance.');
    expect(headline(verdict({ reasons: [veto('memorised'), veto('better')] }), MAKING).rest).toMatch('repeats pictures');
    expect(headline(verdict({ reasons: [veto('likeness')] }), MAKING).rest).toMatch('farther from real');
    expect(changeWords({ conditioning: 'film', size: 32, minutes: 5, epochs: 3 })).toBe('FiLM, 32 px, 5 min, epochs 3');
  });
  it('names what stands in the way, the gravest first', () => {
    expect(headline(verdict({ reasons: [veto('too_few'), veto('better')] })).rest).toMatch('too few');
    expect(headline(verdict({ gain: { value: -0.1, low: -0.2, high: -0.01 } })).rest).toBe('the challenger is worse.');
    expect(headline(verdict({ reasons: [veto('better')] })).rest).toMatch('nothing proves');
    const slices = [{ key: 'dark', title: 'Dark', pictures: 30, srcc: null, emd_r2: null, vetoes: true }];
    expect(headline(verdict({ reasons: [veto('slice')], slices })).rest).toBe('it loses on “Dark”.');
    expect(headline(verdict({ reasons: [veto('speed'), veto('memory')] })).rest).toBe('2 vetoes.');
  });
});

describe('where a run stands', () => {
  it('is told by its state, and by what was asked of it', () => {
    expect(stateWord({ state: 'running', wish: 'pause', passed: null })).toBe('pausing');
    expect(stateWord({ state: 'done', wish: '', passed: false })).toBe('refused by the gate');
    expect(progressWords({ state: 'running', wish: '', step: { text: 'learning', eta_s: 0.3 }, estimate_s: 1 })).toBe('Learning, less than a second left');
    expect(progressWords({ state: 'queued', wish: '', step: { text: 'Interrupted.' }, estimate_s: 300 })).toBe('Interrupted.');
    expect(progressWords({ state: 'running', wish: '', step: { text: 'Features', eta_s: 12.4 }, estimate_s: 1 })).toBe('Features, about 12 s left');
  });
});

describe('a run that waits', () => {
  const run = (id: string, state: RunState, minute: number) =>
    ({ id, state, created_at: `2026-01-03T10:0${minute}:00Z`, started_at: null, estimate_s: 120, wish: '', step: null, recipe: 'head', seed: 1 }) as unknown as RunBrief;
  const [first, mine, later] = [run('a', 'running', 0), run('b', 'queued', 1), run('c', 'queued', 2)];
  it('says for which others, and how long', () => {
    expect(aheadOf(mine, [first, mine, later])).toEqual([first]);
    expect(aheadOf(later, [first, mine, later])).toEqual([first, mine]);
    expect(aheadOf(first, [first, mine, later])).toEqual([]);
    expect(progressWords(later, [first, mine])).toBe('Waits for 2 other runs, as one is trained at a time: about 4 min. It then takes about 2 min.');
    expect(progressWords(mine, [])).toMatch('begins within seconds unless it is off');
  });
});

describe('an estimate', () => {
  it('shows as many digits as its interval needs, with true minus signs', () => {
    expect(gainWords({ value: 0.041, low: -0.012, high: 0.07 })).toBe('+0.041 (−0.012 to +0.070)');
    expect(valueWords({ value: 0.00041, low: 0.00038, high: 0.00045 })).toBe('0.000410 (0.000380 to 0.000450)');
    expect(gainWords({ value: 0, low: 0, high: 0 })).toBe('0 (exactly)');
  });
});

describe('times and moves', () => {
  it('are as exact as they help', () => {
    expect([0.2, 42, 700, 4_800, 36_000, 90_000].map(duration)).toEqual(['less than a second', '42 s', '12 min', '80 min', '10 h', '25 h']);
    expect(duration(6_000)).toBe('1 h 40 min');
    expect(moveWords(41.2, 75)).toBe('rises 34 places of 100');
    expect(moveWords(50, 49)).toBe('falls 1 place of 100');
  });
});
