// Rows of the justified wall.
import { describe, expect, it } from 'vitest';
import { justify, rowAt, rowOf, tilesOf, verticalNeighbour } from './layout';

const options = { width: 1000, targetHeight: 200, gap: 10 };
const mixed = (count: number) => Array.from({ length: count }, (_, i) => [150, 66, 133, 100, 178][i % 5] as number);

describe('justified rows', () => {
  it('fill the width exactly, every row but the last', () => {
    const layout = justify(mixed(203), options);
    for (let row = 0; row < layout.rows - 1; row += 1) {
      const last = tilesOf(layout, row).at(-1)!;
      expect(last.x + last.width).toBeCloseTo(1000, 1);
    }
  });

  it('hold every artwork once, in order', () => {
    const layout = justify(mixed(97), options);
    const seen = Array.from({ length: layout.rows }, (_, row) => tilesOf(layout, row)).flat().map((box) => box.index);
    expect(seen).toEqual(Array.from({ length: 97 }, (_, i) => i));
  });

  it('stay near the wanted height', () => {
    const layout = justify(mixed(500), options);
    for (let row = 0; row < layout.rows - 1; row += 1) {
      const { height } = tilesOf(layout, row)[0]!;
      expect(height).toBeGreaterThan(120);
      expect(height).toBeLessThan(300);
    }
  });

  it('do not blow up a lonely last picture', () => {
    const layout = justify([66], options);
    expect(tilesOf(layout, 0)[0]!.height).toBe(200);
    expect(layout.height).toBe(200);
  });

  it('keep slivers, panoramas and unknown sizes visible', () => {
    const boxes = tilesOf(justify([1, 5000, 0], { ...options, width: 4000 }), 0);
    expect(boxes[0]!.width / boxes[0]!.height).toBeCloseTo(0.4, 1);
    expect(boxes[1]!.width / boxes[1]!.height).toBeCloseTo(3.5, 1);
    expect(boxes[2]!.width / boxes[2]!.height).toBeCloseTo(1, 1);
  });

  it('are empty for an empty library', () => {
    const layout = justify([], options);
    expect(layout.rows).toBe(0);
    expect(layout.height).toBe(0);
  });

  it('find the row under a position and of an artwork', () => {
    const layout = justify(mixed(300), options);
    for (const row of [0, 3, layout.rows - 1]) {
      expect(rowAt(layout, layout.tops[row]! + 1)).toBe(row);
      expect(rowOf(layout, layout.starts[row]!)).toBe(row);
    }
    expect(rowAt(layout, -50)).toBe(0);
    expect(rowAt(layout, 1e9)).toBe(layout.rows - 1);
  });

  it('lead the arrow keys to the nearest picture above and below', () => {
    const layout = justify(mixed(40), options);
    const below = verticalNeighbour(layout, 0, 1);
    expect(rowOf(layout, below)).toBe(1);
    expect(verticalNeighbour(layout, below, -1)).toBe(0);
    expect(verticalNeighbour(layout, 0, -1)).toBe(0);
  });

  it('lay out 100,000 artworks without a noticeable pause', () => {
    const aspects = mixed(100_000);
    const started = performance.now();
    const layout = justify(aspects, options);
    expect(performance.now() - started).toBeLessThan(200);
    expect(layout.starts[layout.rows]).toBe(100_000);
  });
});
