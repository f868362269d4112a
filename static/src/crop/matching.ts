// Which crop of a new list is which of the old one, so that rows move instead of being replaced. Pure.
import { overlap, type Box } from './geometry';

export interface Keyed {
  readonly key: number;
  readonly box: Box;
}

const ALIKE = 0.55;

/** A key for each box: that of the old one that it overlaps most, where it overlaps enough; else a fresh one. */
export function keysFor(boxes: readonly Box[], old: readonly Keyed[], fresh: number): number[] {
  const pairs = boxes
    .flatMap((box, i) => old.map(({ key, box: before }) => ({ i, key, alike: overlap(box, before) })))
    .filter(({ alike }) => alike >= ALIKE)
    .sort((a, b) => b.alike - a.alike);
  const found = new Map<number, number>();
  const taken = new Set<number>();
  for (const { i, key } of pairs) {
    if (found.has(i) || taken.has(key)) continue;
    found.set(i, key);
    taken.add(key);
  }
  return boxes.map((_, i) => found.get(i) ?? fresh++);
}
