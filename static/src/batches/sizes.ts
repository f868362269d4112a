// The sizes an album may be cut to: what is on offer, and one of one's own. Pure.
import type { Batch, BatchSize } from '../api/batches';
import { parseShape, shapeText } from '../crop/geometry';
import { formatCount, plural } from '../ui/words';

export interface Offer extends BatchSize {
  readonly name: string;
}

export const OFFERS: readonly Offer[] = [
  { name: 'Square', aspect: '1:1', width: 1080 },
  { name: 'Portrait', aspect: '4:5', width: 1080 },
  { name: 'Story', aspect: '9:16', width: 1080 },
  { name: 'Wide', aspect: '16:9', width: 1920 },
  { name: 'Print', aspect: '3:2', width: 2400 },
  { name: 'Free', aspect: 'free', width: 2048 },
];
export const MOST_SIZES = 10;
export const WIDEST = 4096;
export const LONGEST = 8192;
const CUSTOM = 'Your own';

export const keyOf = ({ aspect, width }: BatchSize): string => `${aspect} ${width}`;

/** Width and height in pixels; null for a free crop, whose shape differs from picture to picture. */
export function pixelsOf({ aspect, width, height }: BatchSize): readonly [number, number] | null {
  const shape = parseShape(aspect);
  return shape ? [width, height ?? Math.max(1, Math.round((width * shape[1]) / shape[0]))] : null;
}

/** "1,080 × 1,350", or "up to 2,048" of a free one. */
export function sizeText(size: BatchSize): string {
  const pixels = pixelsOf(size);
  return pixels ? pixels.map(formatCount).join(' × ') : `up to ${formatCount(size.width)}`;
}

/** A size of that many pixels; null when there can be none. */
export function ownSize(width: number | null, height: number | null): Offer | null {
  const shape = parseShape(`${width ?? ''}:${height ?? ''}`);
  if (!shape || (width as number) > WIDEST || (height as number) > LONGEST) return null;
  return { name: CUSTOM, aspect: shapeText(shape), width: width as number };
}

/** How a size is drawn in a square of that side. */
export function drawn({ aspect }: BatchSize, side: number): readonly [number, number] {
  const [width, height] = parseShape(aspect) ?? [5, 4];
  return [side * Math.min(1, width / height), side * Math.min(1, height / width)];
}

/** "14 of 36 pictures, 2 failed, 3 wait for the model" */
export function progressText({ total, done, failed, waiting_for_field }: Pick<Batch, 'total' | 'done' | 'failed' | 'waiting_for_field'>): string {
  const parts = [`${formatCount(done)} of ${plural(total, 'picture')}`];
  if (failed) parts.push(`${formatCount(failed)} failed`);
  if (waiting_for_field) parts.push(`${formatCount(waiting_for_field)} ${waiting_for_field === 1 ? 'waits' : 'wait'} for the model to look`);
  return parts.join(', ');
}
