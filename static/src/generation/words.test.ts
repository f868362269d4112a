// What the studio says of a generation.
import { describe, expect, it } from 'vitest';
import { askWords, bestWords, beyond, makeWords, spoken, standWords, troubleWords, whoActs } from './words';

const stand = { state: 'running', made: 3, count: 8, kind: 'samples', film: null } as const;

describe('how far a generation is', () => {
  it('counts what is made, and says that it stays', () => {
    expect(standWords(stand)).toBe('3 of 8 made');
    expect(standWords({ ...stand, state: 'queued', made: 0 })).toContain('Waits for a worker');
    expect(standWords({ ...stand, state: 'cancelled' })).toBe('Cancelled: 3 of 8 made, and they stay');
    expect(standWords({ ...stand, state: 'failed', made: 0 })).toBe('Failed before the first was made');
    expect(standWords({ ...stand, made: 8, kind: 'sweep' })).toBe('All made, cutting the film');
    expect(standWords({ ...stand, made: 8, state: 'done' })).toBe('8 pictures');
    expect(bestWords({ keep_best: 4, made: 64 })).toBe('best 4 of 64');
    expect(bestWords({ keep_best: null, made: 64 })).toBe('');
  });

  it('is spoken four times rather than with every picture', () => {
    const said = new Set(Array.from({ length: 65 }, (_, made) => spoken({ ...stand, count: 64, made })));
    expect([...said]).toEqual(['Making 64 pictures', '25 percent made', '50 percent made', '75 percent made', 'All made']);
  });
});

describe('what is asked for', () => {
  it('is named by the button and in the history', () => {
    expect(makeWords('samples', 1, null)).toBe('Make 1 picture');
    expect(makeWords('samples', 64, 4)).toBe('Make 64, keep the best 4');
    expect(askWords({ kind: 'samples', dial: 7, asked_mean: 7 })).toBe('asked 7.0');
    expect(askWords({ kind: 'samples', dial: null, asked_mean: 5.24 })).toBe('drawn, mean 5.2');
    expect(askWords({ kind: 'sweep', dial: null, asked_mean: null })).toBe('dial 1 to 10');
  });

  it('is warned of beyond what the generator has seen', () => {
    expect(beyond(5, { low: 3, high: 7 })).toBe('');
    expect(beyond(9, { low: 3, high: 7 })).toContain('Above what it has seen');
    expect(beyond(1, { low: 3, high: 7 })).toContain('Below what it has seen');
  });
});

describe('a reason', () => {
  it('says who must act', () => {
    expect(whoActs('histogram_empty')).toBe('Change what you ask for.');
    expect(troubleWords({ code: 'over_generation_quota', text: '3 are left.' })).toMatch(/^3 are left\. Ask for fewer/);
    expect(troubleWords({ code: 'no_generator', text: 'Whoever runs this website must train one.' })).toBe('Whoever runs this website must train one.');
  });
});
