// Where an edited picture lies in the picture it was made from. Pure.
import type { Size } from '../artwork/zoom';

/** In shares of the picture before. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const SLACK = 0.03;

/** Share of the side that stays when a picture is turned and cropped to its own shape, without corners. */
function kept(degrees: number, { width, height }: Size): number {
  const angle = (Math.abs(degrees) * Math.PI) / 180;
  return 1 / (Math.cos(angle) + Math.max(width / height, height / width) * Math.sin(angle));
}

/** Where a point of the straightened picture lies in the one before, both from the middle in shares of the sides. */
function turned({ x, y }: { x: number; y: number }, degrees: number, { width, height }: Size): { x: number; y: number } {
  const angle = (degrees * Math.PI) / 180;
  const aspect = width / height;
  return { x: x * Math.cos(angle) + (y / aspect) * Math.sin(angle), y: y * Math.cos(angle) - x * aspect * Math.sin(angle) };
}

/** The largest frame of the edited picture's shape, in the middle. */
function contained(before: Size, after: Size): Box {
  const shape = after.width / after.height / (before.width / before.height);
  const [width, height] = [Math.min(1, shape), Math.min(1, 1 / shape)];
  return { left: (1 - width) / 2, top: (1 - height) / 2, width, height };
}

/** The frame that straightening and cropping leave, upright about its true middle, or one in the middle when that would not have the shape of what came out. */
export function boxOf(edits: Readonly<Record<string, number>>, before: Size, after: Size): Box {
  const { straighten = 0, crop_left = 0, crop_right = 0, crop_top = 0, crop_bottom = 0 } = edits;
  const side = kept(straighten, before);
  const size = { width: side * (1 - crop_left - crop_right), height: side * (1 - crop_top - crop_bottom) };
  const middle = turned({ x: (side * (crop_left - crop_right)) / 2, y: (side * (crop_top - crop_bottom)) / 2 }, straighten, before);
  const box = { left: 0.5 + middle.x - size.width / 2, top: 0.5 + middle.y - size.height / 2, ...size };
  const shape = (box.width * before.width) / (box.height * before.height);
  return Math.abs(shape / (after.width / after.height) - 1) < SLACK ? box : contained(before, after);
}
