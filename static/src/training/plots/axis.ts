// Axes of our small plots: round marks, ranges with a margin, places in pixels. Pure.

export interface Range {
  low: number;
  high: number;
}

const ALL: Range = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** What holds all values, a tenth wider on both sides, at least `least` long, never beyond `limits`. Null without values. */
export function rangeOf(values: Iterable<number | null | undefined>, least = 0, limits: Range = ALL): Range | null {
  const known = [...values].filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  if (!known.length) return null;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const span = Math.max(high - low, least) || Math.abs(high) || 1;
  const middle = (low + high) / 2;
  return { low: Math.max(limits.low, middle - span * 0.6), high: Math.min(limits.high, middle + span * 0.6) };
}

/** Round numbers inside a range, about `count` of them. */
export function marks({ low, high }: Range, count = 4): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough * 0.99) ?? 10 * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(digits)));
}

/** Where a value lies, from 0 at `low` to `length` at `high`. */
export const place = ({ low, high }: Range, value: number, length: number): number => ((value - low) / (high - low)) * length;
