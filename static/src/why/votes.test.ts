// How the question of an attribute is asked and its answers are counted.
import { describe, expect, it } from 'vitest';
import type { AttributeReading } from '../api/explanations';
import { answered, answerText, askable, notches, notchOf, votesText } from './votes';

const reading = (rest: Partial<AttributeReading> = {}): AttributeReading => ({
  key: 'mood', label: 'Mood', family: 'rubric', value: null, percentile: null, source: null, low: 0, high: 10, low_word: 'weak', high_word: 'strong',
  choice: null, choices: [], judgement: false, missing: 'no_training_data', text: '', evidence: null, asks: 'Mood: weak or strong?', votes: 0, mine: null, ...rest,
});

describe('the steps of a range', () => {
  it.each([
    [-1, 1, [-1, -0.5, 0, 0.5, 1]],
    [0, 1, [0, 0.25, 0.5, 0.75, 1]],
    [1, 7, [1, 2, 3, 4, 5, 6, 7]],
    [0, 3, [0, 1, 2, 3]],
    [0, 100, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]],
  ])('from %d to %d are few and hold both ends', (low, high, steps) => {
    expect(notches({ low, high })).toEqual(steps);
  });

  it('end exactly where the range does, so that the last is accepted', () => {
    expect(notches({ low: 0.1, high: 0.7 }).at(-1)).toBe(0.7);
  });

  it('take in an answer that lies between two', () => {
    expect(notchOf({ low: -1, high: 1 }, 0.4)).toBe(3);
    expect(notchOf({ low: -1, high: 1 }, null)).toBe(-1);
  });
});

describe('an answer', () => {
  it('is said with the word of the end it lies on', () => {
    expect(answerText(reading(), 0)).toBe('0 of 10, weak');
    expect(answerText(reading(), 7)).toBe('7 of 10');
    expect(answerText(reading({ low: -1, high: 1, high_word: 'vivid' }), 1)).toBe('+1.00, vivid');
  });

  it('of choices is their name', () => {
    expect(answerText(reading({ choices: ['black', 'yellow', 'red'], high: 2 }), 2)).toBe('red');
  });

  it('is told beside how many there are', () => {
    expect(votesText(reading())).toBe('No votes yet');
    expect(votesText(reading({ votes: 2 }))).toBe('2 votes');
    expect(votesText(reading({ votes: 1, mine: 7 }))).toBe('1 vote, yours: 7 of 10');
  });
});

describe('a vote', () => {
  const all = [reading(), reading({ key: 'light', votes: 3, mine: 2 })];

  it('counts once, however often it is changed', () => {
    const once = answered(all, 'mood', 7);
    expect(once[0]).toMatchObject({ votes: 1, mine: 7 });
    expect(answered(once, 'mood', 8)[0]).toMatchObject({ votes: 1, mine: 8 });
    expect(once[1]).toBe(all[1]);
  });

  it('can be taken back, and then counts no more', () => {
    expect(answered(all, 'light', null)[1]).toMatchObject({ votes: 2, mine: null });
    expect(answered(all, 'mood', null)[0]).toMatchObject({ votes: 0, mine: null });
  });

  it('is not asked for what a formula measures', () => {
    expect(askable(reading())).toBe(true);
    expect(askable(reading({ family: 'measure' }))).toBe(false);
    expect(askable(reading({ asks: '' }))).toBe(false);
  });
});
