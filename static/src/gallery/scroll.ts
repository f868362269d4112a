// Scrolling a wall taller than a browser's longest element. Pure.
// Small movements are one to one; long jumps (scrollbar, End key) are proportional;
// at rest the scrollbar is put back where it tells the truth.

/** Well below 2^24 device pixels, where Chromium ends, at a device pixel ratio of 4. */
export const LONGEST = 3_000_000;

export interface WallScroll {
  /** Distance scrolled into the element, what the browser knows. */
  readonly physical: number;
  /** Distance scrolled into the wall, what is shown. */
  readonly virtual: number;
}

export interface WallSize {
  readonly total: number;
  readonly viewport: number;
}

export function elementHeight(total: number): number {
  return Math.min(total, LONGEST);
}

function ranges({ total, viewport }: WallSize): { virtual: number; physical: number } {
  return {
    virtual: Math.max(1, total - viewport),
    physical: Math.max(1, elementHeight(total) - viewport),
  };
}

export function toPhysical(virtual: number, size: WallSize): number {
  if (size.total <= LONGEST) return virtual;
  const range = ranges(size);
  return virtual < 0 ? virtual : (virtual / range.virtual) * range.physical;
}

export function toVirtual(physical: number, size: WallSize): number {
  if (size.total <= LONGEST) return physical;
  const range = ranges(size);
  return physical < 0 ? physical : (physical / range.physical) * range.virtual;
}

/** The wall position after the browser scrolled the element to `physical`. */
export function scrolled(from: WallScroll, physical: number, size: WallSize): WallScroll {
  if (size.total <= LONGEST || physical < 0) return { physical, virtual: physical };
  const delta = physical - from.physical;
  if (Math.abs(delta) > size.viewport * 2) return { physical, virtual: toVirtual(physical, size) };
  const end = ranges(size).virtual;
  const virtual = Math.min(Math.max(from.virtual + delta, 0), Math.max(end, from.virtual));
  return { physical, virtual };
}
