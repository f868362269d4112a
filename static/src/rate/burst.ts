// How a burst of pictures is laid out, and how the focus moves in it. Pure.

const NEARLY = 0.93;

/** Columns that show `count` pictures of that aspect (width / height) largest in a room of that aspect; rather more of them. */
export function columnsFor(count: number, aspect: number, room: number): number {
  const size = (columns: number): number => Math.min(room / columns / aspect, 1 / Math.ceil(count / columns));
  const tried = Array.from({ length: count }, (_, i) => i + 1);
  const largest = Math.max(...tried.map(size));
  return tried.findLast((columns) => size(columns) >= NEARLY * largest) ?? 1;
}

/** Position that an arrow key leads to; the same one at an edge. */
export function stepInGrid(key: string, at: number, columns: number, count: number): number {
  const by: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  const to = at + (by[key] ?? 0);
  return to >= 0 && to < count ? to : at;
}
