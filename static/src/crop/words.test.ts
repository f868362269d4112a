// What is said about crops.
import { expect, it } from 'vitest';
import { absolute, gainText, placeText, sizeText } from './words';

it('says sizes and places', () => {
  expect(sizeText([3, 4, 1080, 1350])).toBe('1,080 × 1,350 px');
  expect(placeText([0.426, 1])).toBe('43 % from the left, 100 % from the top');
});

it('claims no gain that rounds to nothing', () => {
  expect([0.31, -0.26, 0.04, -0.04, null].map(gainText)).toEqual([
    '+0.3 against the whole picture',
    '−0.3 against the whole picture',
    'like the whole picture',
    'like the whole picture',
    '',
  ]);
});

it('writes addresses in full for other sites', () => {
  expect(absolute('/r/a 320w, /r/b 640w', 'https://x.org')).toBe('https://x.org/r/a 320w, https://x.org/r/b 640w');
  expect(absolute('https://y.org/r/a', 'https://x.org')).toBe('https://y.org/r/a');
});
