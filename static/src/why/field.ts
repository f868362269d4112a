// A map as a field of strengths over a picture: reading it at a point, finding the point. Pure.
// Points are shares of the picture: 0, 0 is its upper left corner and 1, 1 its lower right.
import type { Size, View } from '../artwork/zoom';
import { colourOf } from './lut';

export interface Field {
  readonly width: number;
  readonly height: number;
  /** Rows from the top, 0 to 255. */
  readonly values: ArrayLike<number>;
}

export interface Point {
  readonly u: number;
  readonly v: number;
}

const STEP = 1 / 32;

/** Keeps the red of each RGBA pixel: the tiles are grey. */
export function fieldOf(width: number, height: number, rgba: ArrayLike<number>): Field {
  return { width, height, values: Uint8Array.from({ length: width * height }, (_, i) => rgba[4 * i] as number) };
}

/** Strength from 0 to 1 at a point, interpolated between the four nearest cell centres. */
export function valueAt({ width, height, values }: Field, { u, v }: Point): number {
  const [left, right, across] = straddle(u, width);
  const [top, bottom, down] = straddle(v, height);
  const read = (column: number, row: number): number => values[row * width + column] as number;
  const above = read(left, top) * (1 - across) + read(right, top) * across;
  const below = read(left, bottom) * (1 - across) + read(right, bottom) * across;
  return (above * (1 - down) + below * down) / 255;
}

function straddle(share: number, cells: number): [number, number, number] {
  const at = Math.min(cells - 1, Math.max(0, share * cells - 0.5));
  const first = Math.floor(at);
  return [first, Math.min(cells - 1, first + 1), at - first];
}

/** The point of the picture under a cursor, in pixels from the stage's centre; null beside the picture. */
export function pointUnder(cursor: { x: number; y: number }, view: View, picture: Size): Point | null {
  const u = (cursor.x - view.x) / (picture.width * view.scale) + 0.5;
  const v = (cursor.y - view.y) / (picture.height * view.scale) + 0.5;
  return u < 0 || u > 1 || v < 0 || v > 1 ? null : { u, v };
}

/** Where an arrow key takes the crosshair; null when the key is none. Shift goes four times as far. */
export function moved(from: Point, key: string, far: boolean): Point | null {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!way) return null;
  const step = far ? 4 * STEP : STEP;
  const inside = (share: number): number => Math.min(1, Math.max(0, share));
  return { u: inside(from.u + step * (way[0] as number)), v: inside(from.v + step * (way[1] as number)) };
}

/** Where the field is strongest: the first such cell's centre. */
export function peakOf({ width, height, values }: Field): Point {
  let best = 0;
  for (let i = 1; i < width * height; i += 1) if ((values[i] as number) > (values[best] as number)) best = i;
  return { u: ((best % width) + 0.5) / width, v: (Math.floor(best / width) + 0.5) / height };
}

/** The field in colours, opaque RGBA of the asked size, interpolated as the readout is. */
export function painted(field: Field, width: number, height: number): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 4) {
      rgba.set(colourOf(valueAt(field, { u: (x + 0.5) / width, v: (y + 0.5) / height })), at);
      rgba[at + 3] = 255;
    }
  }
  return rgba;
}
