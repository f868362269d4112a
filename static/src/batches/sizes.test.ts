// Sizes that an album is cut to.
import { describe, expect, it } from 'vitest';
import { drawn, OFFERS, ownSize, pixelsOf, progressText, sizeText } from './sizes';

describe('the sizes on offer', () => {
  it('are those that the places they are for want', () => {
    expect(OFFERS.map(pixelsOf)).toEqual([[1080, 1080], [1080, 1350], [1080, 1920], [1920, 1080], [2400, 1600], null]);
    expect(OFFERS.map(sizeText).slice(-2)).toEqual(['2,400 × 1,600', 'up to 2,048']);
  });

  it('are drawn in their shape', () => {
    expect(OFFERS.slice(0, 3).map((one) => drawn(one, 32))).toEqual([[32, 32], [25.6, 32], [18, 32]]);
  });
});

describe('a size of one’s own', () => {
  it('has the shape of its pixels', () => {
    expect(ownSize(1500, 500)).toMatchObject({ aspect: '3:1', width: 1500 });
  });

  it.each([[0, 10], [null, 10], [1.5, 3], [4097, 10]])('is refused at %s by %s', (width, height) => {
    expect(ownSize(width, height)).toBeNull();
  });
});

it('says how far a batch is', () => {
  expect(progressText({ total: 36, done: 14, failed: 0, waiting_for_field: 0 })).toBe('14 of 36 pictures');
  expect(progressText({ total: 1, done: 0, failed: 1, waiting_for_field: 1 })).toBe('0 of 1 picture, 1 failed, 1 waits for the model to look');
});
