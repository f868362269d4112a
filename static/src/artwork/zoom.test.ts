// Zoom and pan of the stage.
import { describe, expect, it } from 'vitest';
import { clamp, CLOSEST, FIT, fitted, fromRelative, pan, reveal, toRelative, zoomAt } from './zoom';

const stage = { width: 1000, height: 600 };
const picture = fitted({ width: 3000, height: 2000 }, stage);

describe('the stage', () => {
  it('shows the whole picture at first', () => {
    expect(picture).toEqual({ width: 900, height: 600 });
  });

  it('does not blow small pictures up into mush', () => {
    expect(fitted({ width: 100, height: 100 }, stage)).toEqual({ width: 150, height: 150 });
    expect(fitted({ width: 64, height: 64 }, stage, true), 'a generated one').toEqual({ width: 384, height: 384 });
    expect(fitted({ width: 1024, height: 512 }, stage, true).width).toBe(1000);
  });

  it('zooms into the point under the pointer', () => {
    const point = { x: 200, y: -100 };
    const view = zoomAt(FIT, 3, point, picture, stage);
    const under = { x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale };
    expect(under.x).toBeCloseTo(point.x);
    expect(under.y).toBeCloseTo(point.y);
  });

  it('stays between whole and close', () => {
    expect(zoomAt(FIT, 0.1, { x: 0, y: 0 }, picture, stage)).toEqual(FIT);
    expect(zoomAt(FIT, 1e6, { x: 0, y: 0 }, picture, stage).scale).toBe(CLOSEST);
  });

  it('does not let the picture be lost by panning', () => {
    const close = zoomAt(FIT, 2, { x: 0, y: 0 }, picture, stage);
    expect(pan(close, 9999, 9999, picture, stage)).toEqual({ scale: 2, x: 400, y: 300 });
    expect(pan(FIT, 50, 50, picture, stage)).toEqual(FIT);
  });

  it('recentres when the window grows', () => {
    const view = clamp({ scale: 1.05, x: 80, y: 10 }, picture, { width: 2000, height: 1200 });
    expect(view).toEqual({ scale: 1.05, x: 0, y: 0 });
  });
});

describe('stages that move as one', () => {
  const tall = fitted({ width: 1000, height: 2000 }, stage);

  it('look at the same part of pictures of other shapes', () => {
    const view = zoomAt(FIT, 4, { x: 100, y: 50 }, picture, stage);
    const relative = toRelative(view, picture);
    const other = toRelative(fromRelative(relative, tall, stage), tall);
    expect(other.scale).toBe(4);
    expect(other.v).toBeCloseTo(relative.v);
    expect(fromRelative(relative, picture, stage)).toEqual({ scale: 4, x: expect.closeTo(view.x), y: expect.closeTo(view.y) });
  });

  it('agree on the whole', () => {
    expect(fromRelative(toRelative(FIT, picture), tall, stage)).toEqual(FIT);
  });
});

describe('a point to be shown', () => {
  it('moves the view just so far', () => {
    const close = zoomAt(FIT, 3, { x: 0, y: 0 }, picture, stage);
    expect(reveal(close, { u: 0.5, v: 0.5 }, picture, stage)).toEqual(close);
    const shown = reveal(close, { u: 1, v: 0.5 }, picture, stage);
    expect((1 - 0.5) * picture.width * 3 + shown.x).toBeCloseTo(stage.width / 2, 0);
  });
});
