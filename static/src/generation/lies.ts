// The lie detector: what was asked of pictures against what the scorer says of them. Pure.
import type { Generation, Judged, Sample } from '../api/generation';
import { formatMean, sdOf } from '../opinion/stats';

/** With fewer pictures a rank correlation says nothing. */
export const ENOUGH = 20;
/** Nor does one of fewer means that were asked for. */
export const ENOUGH_MEANS = 5;
/** The share of the band that they are spread over at least. */
const SPREAD = 0.5;

/** Means that the generator has seen. */
export interface Band {
  low: number;
  high: number;
}
const WHOLE: Band = { low: 1, high: 10 };

/** Those that were asked for what it has seen: beyond that it guesses, and nobody can say whether it obeys. */
export const within = (points: readonly Judged[], { low, high }: Band = WHOLE): Judged[] => points.filter(({ asked }) => asked >= low && asked <= high);

/** The different means that were asked for, to a tenth. */
const means = (points: readonly Judged[]): number[] => [...new Set(points.map(({ asked }) => Math.round(asked * 10) / 10))];

/** Whether these pictures can tell if the dial is obeyed. */
export function tells(points: readonly Judged[], band: Band = WHOLE): boolean {
  const inside = within(points, band);
  const asked = means(inside);
  return inside.length >= ENOUGH && asked.length >= ENOUGH_MEANS && Math.max(...asked) - Math.min(...asked) >= SPREAD * (band.high - band.low);
}

/** Steps of a sweep over the whole dial of which enough ask for what was seen. */
export const stepsFor = ({ low, high }: Band, most: number): number => Math.min(most, Math.ceil((ENOUGH * (WHOLE.high - WHOLE.low)) / Math.max(high - low, 0.1)) + 2);

/** The judged pictures of generations. Films between two seeds ask for one mean throughout and are left out. */
export function judgedOf(generations: readonly Generation[]): Judged[] {
  return generations.flatMap(({ id, kind, samples }) =>
    kind === 'between' ? [] : samples.flatMap((one) => (one.judged_mean === null ? [] : [{ id: one.id, generation: id, url: one.url, asked: one.asked_mean, judged: one.judged_mean }])),
  );
}

/** How far the judged mean is from the asked one, on average and without sign; null without points. */
export function gapOf(points: readonly Pick<Judged, 'asked' | 'judged'>[]): number | null {
  return points.length ? points.reduce((sum, { asked, judged }) => sum + Math.abs(judged - asked), 0) / points.length : null;
}

/** Spearman's rank correlation with ties; null from too few points, or when one side never changes. */
export function srccOf(points: readonly Pick<Judged, 'asked' | 'judged'>[]): number | null {
  if (points.length < ENOUGH) return null;
  return correlation(ranks(points.map(({ asked }) => asked)), ranks(points.map(({ judged }) => judged)));
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  const found = Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] as number] === values[order[from] as number]) to += 1;
    for (let i = from; i <= to; i += 1) found[order[i] as number] = (from + to) / 2;
    from = to + 1;
  }
  return found;
}

function correlation(a: readonly number[], b: readonly number[]): number | null {
  const middle = (a.length - 1) / 2;
  const product = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, each, i) => sum + (each - middle) * ((y[i] as number) - middle), 0);
  const spread = Math.sqrt(product(a, a) * product(b, b));
  return spread > 0 ? product(a, b) / spread : null;
}

/** What the plot says, in a sentence or two; of the dial only from pictures that can tell. */
export function verdict(points: readonly Judged[], band: Band = WHOLE): string {
  const gap = gapOf(points);
  if (gap === null) return 'No picture has been judged yet.';
  const off = `On average the judged mean is ${gap.toFixed(1)} off the one asked for.`;
  const inside = within(points, band);
  const srcc = tells(points, band) ? srccOf(inside) : null;
  if (srcc !== null) return `${trust(srcc)} ${off}`;
  const seen = `the means that the generator has seen (${formatMean(band.low)} to ${formatMean(band.high)})`;
  if (inside.length < ENOUGH) return `${off} Whether the dial is obeyed is told from ${ENOUGH} pictures on that were asked for ${seen}; ${ENOUGH - inside.length} are missing.`;
  return `${off} Too few different means were asked for to tell whether the dial is obeyed: it takes ${ENOUGH_MEANS}, spread over at least half of ${seen}.`;
}

function trust(srcc: number): string {
  if (srcc >= 0.7) return 'Here the dial is obeyed: what was asked higher is mostly judged higher.';
  if (srcc >= 0.4) return 'Here the dial is obeyed more often than not.';
  if (srcc >= 0.15) return 'Here the dial hardly turns anything.';
  return 'Here the dial lies: what was asked higher is not judged higher.';
}

export type Order = 'made' | 'judged' | 'divided';

/** Pictures as they came, the highest judged first, or those first that opinions would divide most on. */
export function ordered(samples: readonly Sample[], order: Order): Sample[] {
  if (order === 'made') return [...samples];
  const value = ({ judged_mean, judged_distribution }: Sample): number => (order === 'judged' ? (judged_mean ?? -1) : judged_distribution.length ? sdOf(judged_distribution) : -1);
  return [...samples].sort((a, b) => value(b) - value(a) || a.index - b.index);
}

/** The mean of what is judged about each whole asked mean that occurs, in their order. */
export function courseOf(points: readonly Pick<Judged, 'asked' | 'judged'>[]): { asked: number; judged: number; n: number }[] {
  const groups = new Map<number, Pick<Judged, 'asked' | 'judged'>[]>();
  for (const point of points) {
    const about = Math.round(point.asked);
    groups.set(about, [...(groups.get(about) ?? []), point]);
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return [...groups.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, group]) => ({ asked: mean(group.map(({ asked }) => asked)), judged: mean(group.map(({ judged }) => judged)), n: group.length }));
}
