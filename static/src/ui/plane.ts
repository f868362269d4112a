// A window on the plane of model against crowd: what it shows, how it zooms and moves. Pure.

export interface View {
  /** Left end of both axes' ranges, and their length; both axes show equally much. */
  x: number;
  y: number;
  span: number;
}

export interface Spot {
  x: number;
  y: number;
}

const LEAST_SPAN = 0.5;

/** The smallest square that holds all points with a margin; the whole scale when there are none. */
export function around(points: readonly Spot[], low: number, high: number): View {
  if (!points.length) return { x: low, y: low, span: high - low };
  const all = points.flatMap(({ x, y }) => [x, y]);
  const least = Math.min(...all);
  const most = Math.max(...all);
  const span = Math.max(1, (most - least) * 1.16);
  const start = (least + most) / 2 - span / 2;
  return { x: start, y: start, span };
}

/** Magnified by `factor` about a spot, which stays where it is. */
export function zoomed(view: View, factor: number, at: Spot, most: number): View {
  const span = Math.min(most, Math.max(LEAST_SPAN, view.span / factor));
  const kept = span / view.span;
  return { x: at.x - (at.x - view.x) * kept, y: at.y - (at.y - view.y) * kept, span };
}

export const moved = (view: View, dx: number, dy: number): View => ({ ...view, x: view.x + dx, y: view.y + dy });

/** Pixels in a square of that side; y grows downwards. */
export const placed = (view: View, { x, y }: Spot, side: number): Spot => ({
  x: ((x - view.x) / view.span) * side,
  y: side - ((y - view.y) / view.span) * side,
});

/** Round marks of an axis: about five. */
export function ticks(start: number, span: number): number[] {
  const step = [0.1, 0.2, 0.5, 1, 2].find((one) => span / one <= 6) ?? 5;
  const first = Math.ceil(start / step - 1e-9);
  const last = Math.floor((start + span) / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Math.round((first + i) * step * 10) / 10);
}
