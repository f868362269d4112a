// Reading a map under a cursor.
import { describe, expect, it } from 'vitest';
import { fitted, zoomAt, FIT } from '../artwork/zoom';
import { fieldOf, moved, painted, peakOf, pointUnder, valueAt } from './field';
import { colourOf } from './lut';

const stage = { width: 1000, height: 600 };
const picture = fitted({ width: 3000, height: 2000 }, stage);
/** 0 in the left column, 255 in the right one. */
const ramp = { width: 2, height: 2, values: [0, 255, 0, 255] };

describe('a map', () => {
  it('is what a cell says at its centre, and between two in between', () => {
    expect(valueAt(ramp, { u: 0.25, v: 0.25 })).toBe(0);
    expect(valueAt(ramp, { u: 0.75, v: 0.75 })).toBe(1);
    expect(valueAt(ramp, { u: 0.5, v: 0.1 })).toBeCloseTo(0.5);
    expect(valueAt(ramp, { u: 1, v: 1 })).toBe(1);
  });

  it('is shown in the colour of what it reads', () => {
    const pixels = painted(ramp, 8, 4);
    const [x, y] = [5, 2];
    const at = 4 * (y * 8 + x);
    expect([...pixels.subarray(at, at + 4)]).toEqual([...colourOf(valueAt(ramp, { u: 5.5 / 8, v: 2.5 / 4 })), 255]);
  });

  it('takes the grey of RGBA pixels', () => {
    expect([...Array.from(fieldOf(2, 1, [9, 9, 9, 255, 200, 200, 200, 255]).values)]).toEqual([9, 200]);
  });

  it('knows its strongest spot', () => {
    expect(peakOf({ width: 4, height: 2, values: [0, 1, 2, 3, 4, 9, 5, 6] })).toEqual({ u: 1.5 / 4, v: 1.5 / 2 });
  });
});

describe('the point under the cursor', () => {
  it('is the middle in the middle, and none beside the picture', () => {
    expect(pointUnder({ x: 0, y: 0 }, FIT, picture)).toEqual({ u: 0.5, v: 0.5 });
    expect(pointUnder({ x: 460, y: 0 }, FIT, picture)).toBeNull();
    expect(pointUnder({ x: -450, y: -300 }, FIT, picture)).toEqual({ u: 0, v: 0 });
  });

  it('does not move when one zooms into it', () => {
    const cursor = { x: 180, y: -90 };
    const before = pointUnder(cursor, FIT, picture);
    const after = pointUnder(cursor, zoomAt(FIT, 5, cursor, picture, stage), picture);
    expect(after?.u).toBeCloseTo(before?.u ?? NaN);
    expect(after?.v).toBeCloseTo(before?.v ?? NaN);
  });
});

describe('the crosshair', () => {
  it('goes by arrow keys, further with Shift, and stays inside', () => {
    const from = { u: 0.5, v: 0.5 };
    expect(moved(from, 'ArrowRight', false)?.u).toBeGreaterThan(0.5);
    expect((moved(from, 'ArrowRight', true)?.u ?? 0) - 0.5).toBeCloseTo(4 * ((moved(from, 'ArrowRight', false)?.u ?? 0) - 0.5));
    expect(moved({ u: 0, v: 0 }, 'ArrowUp', true)).toEqual({ u: 0, v: 0 });
    expect(moved(from, 'x', false)).toBeNull();
  });
});
