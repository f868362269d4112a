// Two artworks attribute by attribute. Pure.
import type { ActivationMap, AttributeReading } from '../api/explanations';
import type { Artwork } from '../api/types';
import { formatMean } from '../opinion/stats';
import { mapId } from '../why/maps';
import { barShare, barStart, isOpinion, shareOf } from '../why/words';

export interface Pair {
  key: string;
  label: string;
  judgement: boolean;
  a: AttributeReading;
  b: AttributeReading;
  /** Where both bars end, 0 to 1: by places among known pictures where both have one, else on the range. */
  shares: readonly [number, number];
  /** Where both bars start. */
  start: number;
  /** b less a, in shares. */
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
  const ranked = a.percentile !== null && b.percentile !== null;
  const place = ranked ? barShare : shareOf;
  const shares = [place(a), place(b)] as const;
  const start = barStart(ranked ? a : { ...a, percentile: null });
  return { key: a.key, label: a.label, judgement: isOpinion(a) && isOpinion(b), a, b, shares, start, gap: shares[1] - shares[0] };
}

/** The maps that both have, as the first has them. */
export function commonMaps(a: readonly ActivationMap[], b: readonly ActivationMap[]): ActivationMap[] {
  const names = new Set(b.map(mapId));
  return a.filter((map) => names.has(mapId(map)));
}

type Named = Pick<Artwork, 'id' | 'title' | 'filename' | 'derivation' | 'derived_from'>;

/** What tells two pictures of one title apart; empty where their titles do. */
export function marks(a: Named | null, b: Named | null): [string, string] {
  if (!a || !b || a.title !== b.title) return ['', ''];
  return [markOf(a, b), markOf(b, a)];
}

function markOf(one: Named, other: Named): string {
  if (one.derivation) return one.derivation;
  return other.derived_from?.id === one.id ? 'The original' : (one.filename ?? '');
}

/** Which of two is expected to please more, in a sentence, by the means as they are shown; never claims to be sure. */
export function verdict(a: Judged | null, b: Judged | null): string {
  if (!a || !b) return '';
  const gap = Math.abs(Number(formatMean(b.mean)) - Number(formatMean(a.mean)));
  if (gap < 0.05) return 'The model expects the same of both.';
  const [better, worse] = b.mean > a.mean ? [b, a] : [a, b];
  const name = better === a ? 'A' : 'B';
  const clear = better.interval[0] > worse.interval[1];
  return `The model expects ${gap.toFixed(1)} more for ${name}${clear ? '. Their intervals do not overlap, so people would probably put them in this order' : ', but their intervals overlap: people might see it the other way round'}.`;
}

interface Judged {
  mean: number;
  interval: readonly [number, number];
}
