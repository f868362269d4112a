// The pace of a reveal: quick among the last places, slow before the first. Pure.

const QUICK_MS = 900;
const SLOW_MS = 5_200;
const PODIUM = 3;
const LEAD = 10;
/** The places before the last ten take no longer than this together. */
const CROWD_MS = 40_000;

/** How long a place stays, from the place and how many there are. */
export function stayMs(place: number, count: number): number {
  if (place <= PODIUM) return SLOW_MS;
  if (place <= LEAD) return QUICK_MS + ((SLOW_MS - QUICK_MS) * (LEAD - place + 1)) / (LEAD - PODIUM + 2);
  return Math.max(150, Math.min(QUICK_MS, CROWD_MS / Math.max(1, count - LEAD)));
}

export interface Ranked {
  place: number | null;
}

/** From the last place to the first; what has no place is left out. */
export function fromTheLast<T extends Ranked>(entries: readonly T[]): T[] {
  return entries.filter(({ place }) => place !== null).sort((a, b) => (b.place as number) - (a.place as number));
}
