// Where an edited picture lies over the one before.
import { describe, expect, it } from 'vitest';
import { boxOf } from './frame';

const BEFORE = { width: 900, height: 600 };

describe('the frame of an edited picture', () => {
  it('is the whole when only tones changed', () => {
    expect(boxOf({ exposure: 0.3 }, BEFORE, { width: 300, height: 200 })).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  });

  it('is what the crop leaves', () => {
    const box = boxOf({ crop_left: 0.1, crop_top: 0.2 }, BEFORE, { width: 810, height: 480 });
    expect(box.left).toBeCloseTo(0.1);
    expect(box.top).toBeCloseTo(0.2);
    expect(box.width).toBeCloseTo(0.9);
    expect(box.height).toBeCloseTo(0.8);
  });

  it.each([
    [{ width: 600, height: 600 }, { left: 1 / 6, top: 0, width: 2 / 3, height: 1 }],
    [{ width: 900, height: 300 }, { left: 0, top: 0.25, width: 1, height: 0.5 }],
  ])('holds just the picture, in the middle, when its shape came from elsewhere', (after, box) => {
    const found = boxOf({}, BEFORE, after);
    for (const side of ['left', 'top', 'width', 'height'] as const) expect(found[side]).toBeCloseTo(box[side]);
  });
});
