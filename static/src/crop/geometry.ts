// Rectangles in a picture: moved, scaled, held to a shape. Pure. Pixels of the upright original, always whole.
import type { Size } from '../artwork/zoom';

export type Box = readonly [x: number, y: number, width: number, height: number];
/** A place in the picture, as shares of its width and height from the top left. */
export type Point = readonly [x: number, y: number];
/** Width to height in lowest terms; null where any shape is welcome. */
export type Shape = readonly [width: number, height: number] | null;
/** A corner of a box: 0 is its low side, 1 its high side. */
export type Corner = readonly [across: 0 | 1, down: 0 | 1];

export const CORNERS: readonly Corner[] = [[0, 0], [1, 0], [0, 1], [1, 1]];
const MOST = 20_000;
/** With fewer sizes than this to choose from, a shape is kept to the nearest pixel only. */
const FEWEST_SIZES = 24;
const LEAST_SIDE = 16;

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), Math.max(low, high));
const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** Reads `16:9` or `free`; undefined for anything else. */
export function parseShape(text: string): Shape | undefined {
  if (text === 'free') return null;
  const [, width = 0, height = 0] = (/^(\d{1,5}):(\d{1,5})$/.exec(text) ?? []).map(Number);
  if (!(width > 0 && height > 0 && width <= MOST && height <= MOST)) return undefined;
  const common = divisor(width, height);
  return [width / common, height / common];
}

export const shapeText = (shape: Shape): string => (shape ? shape.join(':') : 'free');

/** The size of that shape nearest to a width: exact where the picture leaves a choice of such sizes. */
function sizeOf(width: number, [a, b]: NonNullable<Shape>, room: Size): Size {
  const most = Math.floor(Math.min(room.width / a, room.height / b));
  if (most >= FEWEST_SIZES) {
    const times = clamp(Math.round(width / a), Math.ceil(LEAST_SIDE / Math.min(a, b)), most);
    return { width: times * a, height: times * b };
  }
  const wide = Math.min(room.width, (room.height * a) / b);
  const kept = clamp(width, Math.min(LEAST_SIDE, wide), wide);
  return { width: Math.max(1, Math.round(kept)), height: Math.max(1, Math.min(Math.floor(room.height), Math.round((kept * b) / a))) };
}

function freeSize(width: number, height: number, room: Size): Size {
  return {
    width: Math.round(clamp(width, Math.min(LEAST_SIDE, room.width), room.width)),
    height: Math.round(clamp(height, Math.min(LEAST_SIDE, room.height), room.height)),
  };
}

function placed(x: number, y: number, { width, height }: Size, picture: Size): Box {
  return [clamp(Math.round(x), 0, picture.width - width), clamp(Math.round(y), 0, picture.height - height), width, height];
}

/** The box moved by pixels, inside the picture. */
export function moved([x, y, width, height]: Box, dx: number, dy: number, picture: Size): Box {
  return placed(x + dx, y + dy, { width, height }, picture);
}

/** The box larger or smaller about its middle. */
export function scaled([x, y, width, height]: Box, factor: number, shape: Shape, picture: Size): Box {
  const size = shape ? sizeOf(width * factor, shape, picture) : freeSize(width * factor, height * factor, picture);
  return placed(x + (width - size.width) / 2, y + (height - size.height) / 2, size, picture);
}

/** The box with one corner pulled to a pixel; the corner across stays where it is. */
export function pulled([x, y, width, height]: Box, [across, down]: Corner, to: { x: number; y: number }, shape: Shape, picture: Size): Box {
  const still = { x: across ? x : x + width, y: down ? y : y + height };
  const room = { width: across ? picture.width - still.x : still.x, height: down ? picture.height - still.y : still.y };
  const wide = Math.max(1, across ? to.x - still.x : still.x - to.x);
  const high = Math.max(1, down ? to.y - still.y : still.y - to.y);
  const size = shape ? sizeOf(Math.max(wide, (high * shape[0]) / shape[1]), shape, room) : freeSize(wide, high, room);
  return placed(across ? still.x : still.x - size.width, down ? still.y : still.y - size.height, size, picture);
}

/** The largest box of a shape around a point; the whole picture for a free one. */
export function largest(shape: Shape, picture: Size, [u, v]: Point = [0.5, 0.5]): Box {
  const size = shape ? sizeOf(picture.width, shape, picture) : picture;
  return placed(u * picture.width - size.width / 2, v * picture.height - size.height / 2, size, picture);
}

/** Intersection over union, 0 to 1. */
export function overlap(a: Box, b: Box): number {
  const along = (axis: 0 | 1): number => Math.max(0, Math.min(a[axis] + a[axis + 2]!, b[axis] + b[axis + 2]!) - Math.max(a[axis], b[axis]));
  const shared = along(0) * along(1);
  return shared / (a[2] * a[3] + b[2] * b[3] - shared);
}

/** A pointer that went no further than this, in pixels of the window, has clicked. */
const CLICK = 4;

export const isDrag = (from: { x: number; y: number }, to: { clientX: number; clientY: number }): boolean => Math.hypot(to.clientX - from.x, to.clientY - from.y) > CLICK;

export const sameBox = (a: Box | null, b: Box | null): boolean => a === b || (a !== null && b !== null && a.every((side, i) => side === b[i]));

/** The point an arrow key moves to; null for another key. */
export function nudged([x, y]: Point, key: string, large: boolean): Point | null {
  const way = ARROWS[key];
  const step = large ? 0.05 : 0.01;
  return way ? at(x + way[0] * step, y + way[1] * step) : null;
}

export const ARROWS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** A point held inside the picture, to four digits: what the address of a question holds. */
export function at(x: number, y: number): Point {
  const held = (value: number): number => Math.round(clamp(value, 0, 1) * 1e4) / 1e4;
  return [held(x), held(y)];
}

/** Where the box lies, in per cent of the picture. */
export function percents([x, y, width, height]: Box, picture: Size): { left: number; top: number; width: number; height: number } {
  const across = 100 / picture.width;
  const down = 100 / picture.height;
  return { left: x * across, top: y * down, width: width * across, height: height * down };
}

/** How an image of the whole lies in a frame that shows just the box, in per cent of that frame. */
export function windowed([x, y, width, height]: Box, picture: Size): { left: number; top: number; width: number; height: number } {
  return { left: (-100 * x) / width, top: (-100 * y) / height, width: (100 * picture.width) / width, height: (100 * picture.height) / height };
}

/** How the shown picture is moved and enlarged, from its middle, so that the box alone fills the room. */
export function alone([x, y, width, height]: Box, picture: Size, shown: Size, room: Size): { scale: number; x: number; y: number } {
  const ratio = shown.width / picture.width;
  const scale = Math.min(room.width / (width * ratio), room.height / (height * ratio));
  return {
    scale,
    x: (0.5 - (x + width / 2) / picture.width) * shown.width * scale,
    y: (0.5 - (y + height / 2) / picture.height) * shown.height * scale,
  };
}
