// Justified rows of a wall of any length. Pure; linear in the number of artworks, a few ms for 100,000.

export interface RowLayout {
  readonly width: number;
  readonly gap: number;
  /** Width over height of each artwork, clamped so that no tile is a sliver. */
  readonly aspects: Float32Array;
  /** Index of the first artwork of each row, then the number of artworks. */
  readonly starts: Uint32Array;
  /** Top of each row, then the end of the last gap. */
  readonly tops: Float64Array;
  readonly rows: number;
  readonly height: number;
}

export interface TileBox {
  index: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface LayoutOptions {
  width: number;
  targetHeight: number;
  gap: number;
}

const NARROWEST = 0.4;
const WIDEST = 3.5;

function clampAspects(percents: ArrayLike<number>): Float32Array {
  const aspects = new Float32Array(percents.length);
  for (let i = 0; i < percents.length; i += 1) {
    const aspect = (percents[i] as number) / 100;
    aspects[i] = Math.min(WIDEST, Math.max(NARROWEST, aspect > 0 ? aspect : 1));
  }
  return aspects;
}

function fittedHeight(aspectSum: number, items: number, { width, gap }: LayoutOptions): number {
  return (width - gap * (items - 1)) / aspectSum;
}

/** Lays artworks out in rows of equal width. `percents` are 100 x width / height. */
export function justify(percents: ArrayLike<number>, options: LayoutOptions): RowLayout {
  const aspects = clampAspects(percents);
  const count = aspects.length;
  const starts: number[] = [];
  const tops: number[] = [];
  let top = 0;
  let index = 0;
  while (index < count) {
    const { end, height } = closeRow(aspects, index, options);
    starts.push(index);
    tops.push(top);
    top += height + options.gap;
    index = end;
  }
  starts.push(count);
  tops.push(top);
  return {
    width: options.width,
    gap: options.gap,
    aspects,
    starts: Uint32Array.from(starts),
    tops: Float64Array.from(tops),
    rows: starts.length - 1,
    height: Math.max(0, top - options.gap),
  };
}

/** Takes artworks into a row until its fitted height is as near the target as it gets. */
function closeRow(aspects: Float32Array, start: number, options: LayoutOptions): { end: number; height: number } {
  let sum = 0;
  let before = Infinity;
  for (let end = start; end < aspects.length; end += 1) {
    sum += aspects[end] as number;
    const height = fittedHeight(sum, end - start + 1, options);
    if (height <= options.targetHeight) {
      const keepOut = before < Infinity && before - options.targetHeight < options.targetHeight - height;
      return keepOut ? { end, height: before } : { end: end + 1, height };
    }
    before = height;
  }
  return { end: aspects.length, height: Math.min(before, options.targetHeight) };
}

function lastAtOrBefore(values: ArrayLike<number>, length: number, wanted: number): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((values[middle] as number) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The row under a vertical position, clamped to the rows there are. */
export function rowAt(layout: RowLayout, y: number): number {
  return lastAtOrBefore(layout.tops, layout.rows, y);
}

export function rowOf(layout: RowLayout, index: number): number {
  return lastAtOrBefore(layout.starts, layout.rows, index);
}

/** Boxes of the artworks in one row. */
export function tilesOf(layout: RowLayout, row: number): TileBox[] {
  const start = layout.starts[row] as number;
  const end = layout.starts[row + 1] as number;
  const y = layout.tops[row] as number;
  const height = (layout.tops[row + 1] as number) - y - layout.gap;
  const boxes: TileBox[] = [];
  let x = 0;
  for (let index = start; index < end; index += 1) {
    const width = (layout.aspects[index] as number) * height;
    boxes.push({ index, x, y, width, height });
    x += width + layout.gap;
  }
  return boxes;
}

/** The artwork above or below one, by the middle of the tile; itself at the edge. */
export function verticalNeighbour(layout: RowLayout, index: number, step: 1 | -1): number {
  const row = rowOf(layout, index);
  const next = row + step;
  if (next < 0 || next >= layout.rows) return index;
  const own = tilesOf(layout, row).find((box) => box.index === index) as TileBox;
  const middle = own.x + own.width / 2;
  const nearest = tilesOf(layout, next).reduce((best, box) =>
    Math.abs(box.x + box.width / 2 - middle) < Math.abs(best.x + best.width / 2 - middle) ? box : best,
  );
  return nearest.index;
}
