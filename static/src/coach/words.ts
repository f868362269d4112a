// What the coach says about its proposals, in sentences. Pure.
import type { Coaching, Proposal } from '../api/explanations';
import { formatMean } from '../opinion/stats';

export const TOGETHER = 'together';

/** Half the width of the interval. */
export const doubt = ([low, high]: readonly [number, number]): number => (high - low) / 2;

export const signed = (gain: number, digits = 1): string => `${gain < 0 ? '−' : '+'}${Math.abs(gain).toFixed(digits)}`;

/** "5.8 → 6.3 ± 0.2" */
export function stepText(before: number | null, { mean, interval }: Pick<Proposal, 'mean' | 'interval'>): string {
  const after = `${formatMean(mean)} ± ${doubt(interval).toFixed(1)}`;
  return before === null ? after : `${formatMean(before)} → ${after}`;
}

type Judges = Pick<Coaching, 'model' | 'second_model'>;

/** What both scorers make of it. */
export function judgesText({ gain, second_gain }: Pick<Proposal, 'gain' | 'second_gain'>, { model, second_model }: Judges): string {
  return `${signed(gain, 2)} by ${model ?? 'the scorer'}, ${signed(second_gain, 2)} by ${second_model ?? 'the second scorer'}`;
}

/** Why two scorers are asked. */
export function judgesNote({ model, second_model }: Judges): string {
  return `${model ?? 'The scorer'} was searched for improvements; ${second_model ?? 'the second scorer'} only judged what was found.`;
}

/** Whether the scorer that was not asked disagrees. */
export const disputed = ({ second_gain }: Pick<Proposal, 'second_gain'>): boolean => second_gain <= 0;

/** All at once first, then each alone by its gain. */
export function inOrder(proposals: readonly Proposal[]): Proposal[] {
  const rank = (one: Proposal): number => (one.key === TOGETHER ? Infinity : one.gain);
  return [...proposals].sort((a, b) => rank(b) - rank(a));
}

export const working = (coaching: Coaching | null): boolean => coaching?.state === 'queued' || coaching?.state === 'running' || (coaching?.proposals.some((one) => one.saving) ?? false);
