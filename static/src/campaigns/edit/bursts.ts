// Shots of one moment, found by the times their cameras kept. Pure.

export interface Shot {
  id: string;
  captured_at: string | null;
}

const APART_MS = 3_000;
const MOST = 9;

/** Groups of two to nine, each shot at most three seconds after the one before it, in order of time. */
export function burstsIn(shots: readonly Shot[]): string[][] {
  const timed = shots
    .flatMap(({ id, captured_at }) => (captured_at ? [{ id, at: Date.parse(captured_at) }] : []))
    .sort((a, b) => a.at - b.at || a.id.localeCompare(b.id));
  const groups: { ids: string[]; last: number }[] = [];
  for (const { id, at } of timed) {
    const group = groups.at(-1);
    if (group && at - group.last <= APART_MS && group.ids.length < MOST) {
      group.ids.push(id);
      group.last = at;
    } else groups.push({ ids: [id], last: at });
  }
  return groups.map(({ ids }) => ids).filter((ids) => ids.length > 1);
}
