// The ten shares that a wish asks for: what a dial stands for, and how they are drawn by hand. Pure.
import { BINS, meanOf, normalise } from '../opinion/stats';

const LOW = 1;
const HIGH = 10;
const HALVINGS = 60;
const REACH = 60;
/** As many parts of a whole as the four digits of a permalink can tell apart. */
const PARTS = 10_000;

/**
 * Ten shares p_k ~ exp(a k - k² / (2 sd²)) with that mean, as ml.contracts.generation has them.
 *
 * Of all with that mean and their second moment these have the largest entropy (Cover and Thomas
 * 2006, theorem 12.1.1). `mean`: 1 to 10. `sd`: above 0.
 */
export function ofDial(mean: number, sd: number): number[] {
  const precision = 1 / sd ** 2;
  let low = precision - REACH;
  let high = BINS * precision + REACH;
  for (let i = 0; i < HALVINGS; i += 1) {
    const middle = (low + high) / 2;
    if (meanOf(tilted(middle, precision)) < mean) low = middle;
    else high = middle;
  }
  return tilted((low + high) / 2, precision);
}

function tilted(tilt: number, precision: number): number[] {
  const logs = Array.from({ length: BINS }, (_, bin) => tilt * (bin + 1) - (precision * (bin + 1) ** 2) / 2);
  const top = Math.max(...logs);
  return normalise(logs.map((log) => Math.exp(log - top))) as number[];
}

/** Heights of bars, the tallest 1, whatever the shares sum to. */
export function levelled(weights: readonly number[]): number[] {
  const top = Math.max(...weights);
  return top > 0 ? weights.map((weight) => Math.max(0, weight) / top) : Array<number>(BINS).fill(1);
}

/** With one bar at another height, 0 to 1; the last bar that stands cannot be laid flat. */
export function painted(weights: readonly number[], bin: number, height: number): number[] {
  const next = weights.map((weight, i) => (i === bin ? Math.min(1, Math.max(0, height)) : weight));
  return next.some((weight) => weight > 0) ? next : [...weights];
}

/** One bar higher or lower by a step; the highest grows as the others shrink. */
export function nudged(weights: readonly number[], bin: number, step: number): number[] {
  const height = Math.max(0, (weights[bin] ?? 0) + step);
  const next = weights.map((weight, i) => (i === bin ? height : weight));
  return next.some((weight) => weight > 0) ? levelled(next) : [...weights];
}

/** Shares of four digits that sum to exactly 1: those with the largest remainders are rounded up. */
export function rounded(weights: readonly number[]): number[] {
  const exact = (normalise(weights) ?? Array<number>(BINS).fill(1 / BINS)).map((share) => share * PARTS);
  const whole = exact.map((part) => Math.floor(part + 1e-6));
  const order = exact.map((part, bin) => ({ bin, rest: part - (whole[bin] as number) })).sort((a, b) => b.rest - a.rest);
  const missing = PARTS - whole.reduce((sum, part) => sum + part, 0);
  for (const { bin } of order.slice(0, missing)) whole[bin] = (whole[bin] as number) + 1;
  return whole.map((part) => part / PARTS);
}

export const onDial = (value: number): number => Math.round(Math.min(HIGH, Math.max(LOW, value)) * 10) / 10;
