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

  it('has its middle where the middle of a straightened crop was', () => {
    // 900 x 600, 4 degrees clockwise, a fifth off the left: the coach's own affine map says so.
    const box = boxOf({ straighten: 4, crop_left: 0.2 }, BEFORE, { width: 654, height: 545 });
    expect(box.left + box.width / 2).toBeCloseTo(0.5 + 0.0906, 3);
    expect(box.top + box.height / 2).toBeCloseTo(0.5 - 0.0095, 3);
  });

  it.each([
    [{ width: 600, height: 600 }, { left: 1 / 6, top: 0, width: 2 / 3, height: 1 }],
    [{ width: 900, height: 300 }, { left: 0, top: 0.25, width: 1, height: 0.5 }],
  ])('holds just the picture, in the middle, when its shape came from elsewhere', (after, box) => {
    const found = boxOf({}, BEFORE, after);
    for (const side of ['left', 'top', 'width', 'height'] as const) expect(found[side]).toBeCloseTo(box[side]);
  });

  it('shrinks about the middle when it is straightened', () => {
    const box = boxOf({ straighten: 3 }, BEFORE, { width: 810, height: 540 });
    expect(box.width).toBeCloseTo(1 / (Math.cos(Math.PI / 60) + 1.5 * Math.sin(Math.PI / 60)));
    expect(box.left).toBeCloseTo((1 - box.width) / 2);
  });

  it('gives up where the shape of the outcome says otherwise', () => {
    expect(boxOf({ crop_left: 0.2 }, BEFORE, BEFORE)).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  });
});
