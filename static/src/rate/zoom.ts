// Looking closer: how much, and which point of the picture stays where it is. Pure.
export interface Zoom {
  scale: number;
  /** Per cent of the picture from the left and from the top. */
  x: number;
  y: number;
}

export const CLOSE: Zoom = { scale: 2.5, x: 50, y: 50 };
const STEP = 10;

const within = (value: number): number => Math.min(100, Math.max(0, value));

/** The point of a box that a pointer is over. */
export function pointed(event: { clientX: number; clientY: number }, box: { left: number; top: number; width: number; height: number }): Zoom {
  return { ...CLOSE, x: within(((event.clientX - box.left) / box.width) * 100), y: within(((event.clientY - box.top) / box.height) * 100) };
}

/** Moved by an arrow key. */
export function nudged(zoom: Zoom, key: string): Zoom {
  const [x, y] = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[key] ?? [0, 0];
  return { ...zoom, x: within(zoom.x + (x as number)), y: within(zoom.y + (y as number)) };
}
