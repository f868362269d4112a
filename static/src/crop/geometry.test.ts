// Boxes stay whole, inside the picture and true to their shape.
import { describe, expect, it } from 'vitest';
import { alone, largest, moved, nudged, overlap, parseShape, percents, pulled, scaled, windowed, type Box } from './geometry';

const PICTURE = { width: 900, height: 600 };
const BOX: Box = [100, 100, 320, 180];

describe('a shape', () => {
  it('is read in lowest terms', () => {
    expect(parseShape('1080:1350')).toEqual([4, 5]);
    expect(parseShape('free')).toBeNull();
  });

  it.each(['0:1', '1', '1:1:1', '1.5:1', '-1:2', '99999:1', ''])('is refused as %s', (text) => {
    expect(parseShape(text)).toBeUndefined();
  });
});

describe('a box', () => {
  it('stops at the edges when it is moved', () => {
    expect(moved(BOX, 7, -3, PICTURE)).toEqual([107, 97, 320, 180]);
    expect(moved(BOX, 9999, -9999, PICTURE)).toEqual([580, 0, 320, 180]);
  });

  it('keeps its shape to the pixel when it is scaled about its middle', () => {
    expect(scaled(BOX, 1.1, [16, 9], PICTURE)).toEqual([84, 91, 352, 198]);
    expect(scaled(BOX, 100, [16, 9], PICTURE)).toEqual([0, 0, 896, 504]);
    expect(scaled(BOX, 0, [16, 9], PICTURE).slice(2)).toEqual([32, 18]);
  });

  it('is pulled by a corner while the corner across stays', () => {
    expect(pulled(BOX, [1, 1], { x: 500, y: 400 }, null, PICTURE)).toEqual([100, 100, 400, 300]);
    expect(pulled(BOX, [0, 0], { x: 10, y: 250 }, null, PICTURE)).toEqual([10, 250, 410, 30]);
    expect(pulled(BOX, [0, 0], { x: -500, y: -500 }, [1, 1], PICTURE)).toEqual([140, 0, 280, 280]);
    expect(pulled(BOX, [1, 1], { x: 0, y: 0 }, [16, 9], PICTURE).slice(2)).toEqual([32, 18]);
  });

  it('is as large as the picture allows, around a point', () => {
    expect(largest([1, 1], PICTURE)).toEqual([150, 0, 600, 600]);
    expect(largest([1, 1], PICTURE, [0.9, 0.5])).toEqual([300, 0, 600, 600]);
    expect(largest(null, PICTURE)).toEqual([0, 0, 900, 600]);
  });

  it('comes as near as it can where the picture holds no exact one', () => {
    const [x, y, width, height] = largest([1081, 1351], PICTURE);
    expect([y, height]).toEqual([0, 600]);
    expect(width / height).toBeCloseTo(1081 / 1351, 2);
    expect(x + width).toBeLessThanOrEqual(900);
    expect(largest([16, 9], { width: 5, height: 1 })).toEqual([2, 0, 2, 1]);
  });

  it('overlaps another by the share they have in common', () => {
    expect(overlap(BOX, BOX)).toBe(1);
    expect(overlap([0, 0, 10, 10], [5, 0, 10, 10])).toBeCloseTo(1 / 3);
    expect(overlap([0, 0, 10, 10], [10, 0, 10, 10])).toBe(0);
  });
});

describe('a point', () => {
  it('goes where the arrow points, further with Shift, and no further than the edge', () => {
    expect(nudged([0.5, 0.5], 'ArrowLeft', false)).toEqual([0.49, 0.5]);
    expect(nudged([0.5, 0.98], 'ArrowDown', true)).toEqual([0.5, 1]);
    expect(nudged([0.5, 0.5], 'a', false)).toBeNull();
  });
});

describe('a box on the screen', () => {
  it('lies over the picture where it lies in it', () => {
    expect(percents([90, 60, 450, 300], PICTURE)).toEqual({ left: 10, top: 10, width: 50, height: 50 });
  });

  it('is cut out of the whole by style alone', () => {
    expect(windowed([90, 60, 450, 300], PICTURE)).toEqual({ left: -20, top: -20, width: 200, height: 200 });
  });

  it('fills the room alone, with its middle in the middle', () => {
    const look = alone([0, 0, 450, 300], PICTURE, { width: 450, height: 300 }, { width: 450, height: 400 });
    expect(look).toEqual({ scale: 2, x: 225, y: 150 });
  });
});
