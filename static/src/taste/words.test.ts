import { describe, expect, it } from 'vitest';
import type { Taste } from './api';
import { missing, picked, toggled } from './words';

const taste = (change: Partial<Taste>): Taste => ({
  picks: 12, liked: 9, disliked: 3, needed: 20, of_a_kind: 5, state: 'gathering', badge: null, ...change,
});

describe('what is missing', () => {
  it('counts to the number that is needed, then asks for the kind that is short', () => {
    expect(missing(taste({}))).toBe('12 of 20 picks.');
    expect(missing(taste({ picks: 22, liked: 19 }))).toBe('2 more that are not for you, and we can begin.');
    expect(missing(taste({ picks: 22, liked: 4, disliked: 18 }))).toBe('1 more that you like, and we can begin.');
    expect(missing(taste({ picks: 22, liked: 11, disliked: 11 }))).toBe('');
  });
});

describe('a pick', () => {
  it('is taken back by the same again, and changed by the other', () => {
    expect(toggled(true, true)).toBeNull();
    expect(toggled(true, false)).toBe(false);
    expect(toggled(null, false)).toBe(false);
  });

  it('is said with what is missing', () => {
    expect(picked(1, true, taste({}))).toBe('You like it. 12 of 20 picks.');
    expect(picked(3, false, taste({ state: 'shown' }))).toBe('Not for you: 3 pictures.');
  });
});
