// What the rating page says.
import { describe, expect, it } from 'vitest';
import type { Crowd, Progress, Result } from '../api/rating';
import { answerWords, campaignWords, checksWords, answerOf, crowdWords, fateWords, progressShare, progressWords, standsWords, waitingWords } from './words';

const progress: Progress = {
  mine: 10, skipped: 2, left: 28, cap: null, must: null, checks: null,
  campaign: { votes: 1204, entries: 40, settled: 7, saved: 134.4, raters: 1 },
}; // prettier-ignore
const crowd: Crowd = { votes: 12, distribution: null, mean: 6.34, shares: null, best: null, model: null, first: false };
const result = (code: string, status: Result['status']): Result => ({ token: 't', status, code, text: `Said: ${code}.`, vote: null, crowd: null });

describe('how far somebody is', () => {
  it('counts votes that still wait', () => {
    expect(progressWords(progress, 3)).toBe('13 done, about 25 to go');
    expect(progressShare(progress, 3)).toBeCloseTo(15 / 40);
  });

  it('is told by what is needed until that is reached, then by the whole', () => {
    const must = { needed: 12, done: 10 };
    expect(progressWords({ ...progress, must }, 0)).toBe('10 done, about 5 more needed');
    expect(progressWords({ ...progress, must }, 2)).toBe('12 done, about 28 to go');
    expect(progressWords({ ...progress, cap: 20 }, 1)).toBe('11 done, about 10 to go');
  });

  it('moves with every answer, also with one that counts for nothing', () => {
    const repeated = { ...progress, cap: 40, mine: progress.mine + 1 };
    expect(progressWords(repeated, 0)).not.toBe(progressWords({ ...progress, cap: 40 }, 0));
    expect(progressShare(repeated, 0)).toBeGreaterThan(progressShare({ ...progress, cap: 40 }, 0));
  });

  it('does not mix pairs with pictures', () => {
    expect(progressWords({ ...progress, mine: 0, left: 10 }, 1, 'pairs')).toBe('1 pair done, about 10 pictures to see');
    expect(progressShare({ ...progress, mine: 0, skipped: 0, left: 10 }, 1, 'pairs')).toBeCloseTo(1 / 5);
  });

  it('never goes beyond the end', () => {
    expect(progressShare({ ...progress, left: 0 }, 5)).toBe(1);
    expect(progressWords({ ...progress, left: 2 }, 2)).toBe('12 done');
  });
});

it('speaks of checks only when there are some, and of saved votes only when one is', () => {
  expect(checksWords(null)).toBe('');
  expect(checksWords({ seen: 10, met: 9 })).toBe('You agreed with 9 of 10 checks');
  expect(campaignWords(progress.campaign)).toBe('1,204 votes, 1 rater, 134 votes saved');
  expect(campaignWords({ ...progress.campaign, saved: 0.3 })).toBe('1,204 votes, 1 rater');
});

it('says what waits for the connection', () => {
  expect(waitingWords(1)).toBe('1 vote waits for the connection');
  expect(waitingWords(3)).toBe('3 votes wait for the connection');
});

it('tells the crowd as a mean only on the scale of ten, and single votes not at all', () => {
  expect(crowdWords(crowd)).toBe('12 others: 6.3 on average.');
  expect(crowdWords(crowd, false)).toBe('12 others answered.');
  expect(crowdWords({ ...crowd, votes: 2, mean: null, first: true })).toBe('2 others so far: their votes show from three on.');
  expect(crowdWords({ ...crowd, votes: 0, mean: null, first: true })).toBe('You are the first to answer.');
});

it('names the answer by its step', () => {
  const steps = [{ value: -1, label: 'poor' }, { value: 1, label: 'fine' }];
  expect(answerWords({ kind: 'attribute', value: 1 }, steps)).toBe('You said fine.');
  expect(answerWords({ kind: 'best', best: 'b' }, steps, [{ entry: 'a' }, { entry: 'b' }])).toBe('You chose picture 2.');
});

it('says which answer stands where two tabs gave one', () => {
  const kept = { vote: 'v', entries: ['a'], kind: 'score', value: 7, outcome: '' as const, best: null, reason: '' as const };
  expect(standsWords(answerOf(kept), [{ value: 7, label: '7' }])).toBe('You had answered this elsewhere, and that stands. You said 7.');
  expect(answerOf({ ...kept, kind: 'withdrawn', value: null })).toBeNull();
});

describe('the fate of votes', () => {
  it('is silent about those that count, also when they came twice', () => {
    expect(fateWords([result('ok', 'counted'), result('again', 'counted')])).toEqual([]);
  });

  it('is told once a kind, and in the words of the server where we have none', () => {
    const told = fateWords([result('late', 'kept'), result('late', 'kept'), result('ok', 'counted'), result('odd', 'refused')]);
    expect(told).toEqual(['2 votes came after the end: kept, but not counted.', 'Said: odd.']);
  });
});
