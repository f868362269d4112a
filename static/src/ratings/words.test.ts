// How habits are told.
import { expect, it } from 'vitest';
import { biasAt, biasWords } from './words';

it('says a bias kindly, and keeps it on its line', () => {
  expect([biasWords(-0.8), biasWords(0.1), biasWords(1)]).toEqual(['0.8 harsh', 'as others', '1.0 generous']);
  expect([biasAt(-9), biasAt(0), biasAt(9)]).toEqual([0, 0.5, 1]);
});
