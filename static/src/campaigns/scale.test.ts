// What the steps of a vote are called.
import { expect, it } from 'vitest';
import type { AskedAttribute } from '../api/campaigns';
import { answerLabels, answerOn, onScale, scaleOf, valueOn } from './scale';

const light: AskedAttribute = { key: 'light', label: 'Light', asks: '', low: -1, high: 1, low_word: 'poor', high_word: 'striking', choices: [] };

it('counts points of scores from one to ten', () => {
  expect(answerLabels({ mode: 'score', attribute: null }, 10).at(-1)).toBe('10');
  expect(valueOn(scaleOf({ attribute: null }), 6.25)).toBe('6.3');
});

it('names the answers of an attribute as raters read them', () => {
  expect(answerLabels({ mode: 'attribute', attribute: light }, 5)).toEqual(['poor', 'rather poor', 'in between', 'rather striking', 'striking']);
  expect(answerOn(scaleOf({ attribute: light }), -0.5)).toBe('rather poor');
  expect(valueOn(scaleOf({ attribute: light }), 0.4)).toBe('+0.40');
});

it('places standings on the scale of the votes', () => {
  const points = { mean: 5.5, low: 1, high: 10, votes: 3 };
  expect(onScale(scaleOf({ attribute: light }), points)).toEqual({ mean: 0, low: -1, high: 1, votes: 3 });
  expect(onScale(scaleOf({ attribute: null }), { ...points, low: null })).toEqual({ ...points, low: null });
  expect(onScale(scaleOf({ attribute: null }), { ...points, votes: 0 }).mean).toBeNull();
});

it('names outcomes and choices', () => {
  expect(answerLabels({ mode: 'pairs', attribute: null }, 4)[2]).toBe('A tie');
  expect(answerLabels({ mode: 'attribute', attribute: { ...light, choices: ['red', 'blue'] } }, 2)).toEqual(['red', 'blue']);
});
