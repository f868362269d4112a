// Two artworks attribute by attribute. Pure.
import type { ActivationMap, AttributeReading } from '../api/explanations';
import { mapId, shareOf } from '../why/words';

export interface Pair {
  key: string;
  label: string;
  judgement: boolean;
  a: AttributeReading;
  b: AttributeReading;
  /** Places of both on the attribute's range, 0 to 1. */
  shares: readonly [number, number];
  /** b less a, in shares of the range. */
  gap: number;
}

/** Attributes that both have a number for, the widest apart first; judgements before facts. */
export function pairsOf(a: readonly AttributeReading[], b: readonly AttributeReading[]): Pair[] {
  const others = new Map(b.map((one) => [one.key, one]));
  const pairs = a.flatMap((first) => {
    const second = others.get(first.key);
    return second && comparable(first) && comparable(second) ? [pair(first, second)] : [];
  });
  return pairs.sort((x, y) => Number(y.judgement) - Number(x.judgement) || Math.abs(y.gap) - Math.abs(x.gap));
}

const comparable = (one: AttributeReading): boolean => one.value !== null && one.choice === null;

function pair(a: AttributeReading, b: AttributeReading): Pair {
  const shares = [shareOf(a), shareOf(b)] as const;
  return { key: a.key, label: a.label, judgement: a.judgement && b.judgement, a, b, shares, gap: shares[1] - shares[0] };
}

/** The maps that both have, as the first has them. */
export function commonMaps(a: readonly ActivationMap[], b: readonly ActivationMap[]): ActivationMap[] {
  const names = new Set(b.map(mapId));
  return a.filter((map) => names.has(mapId(map)));
}

/** Which of two is expected to please more, in a sentence; says so when their intervals overlap. */
export function verdict(a: Judged | null, b: Judged | null): string {
  if (!a || !b) return '';
  const gap = Math.abs(b.mean - a.mean);
  if (gap < 0.05) return 'The model expects the same of both.';
  const [better, worse] = b.mean > a.mean ? [b, a] : [a, b];
  const name = better === a ? 'A' : 'B';
  const clear = better.interval[0] > worse.interval[1];
  return `The model expects ${gap.toFixed(1)} more for ${name}${clear ? ', and is sure of the order' : ', but their intervals overlap: people might see it the other way round'}.`;
}

interface Judged {
  mean: number;
  interval: readonly [number, number];
}
