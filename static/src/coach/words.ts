// What the coach says about its proposals, in sentences. Pure.
import type { Coaching, Proposal } from '../api/explanations';
import { formatMean } from '../opinion/stats';
import { signed } from '../ui/words';
import { sentence } from '../why/words';

export const TOGETHER = 'together';

const BEST = 10;

/** "3.4 → 3.9": apart by the gain as it is shown, so that the three numbers agree. */
export function stepText(before: number | null, { mean, gain }: Pick<Proposal, 'mean' | 'gain'>): string {
  if (before === null) return formatMean(mean);
  const after = Number(formatMean(before)) + Number(gain.toFixed(1));
  return `${formatMean(before)} → ${formatMean(Math.min(BEST, after))}`;
}

/** "gain +0.5, likely +0.1 to +0.6" */
export function gainText(before: number | null, { gain, interval }: Pick<Proposal, 'gain' | 'interval'>): string {
  if (before === null) return `gain ${signed(gain)}`;
  const [low, high] = interval.map((end) => signed(end - before));
  return `gain ${signed(gain)}, likely ${low === high ? `about ${low}` : `${low} to ${high}`}`;
}

type Judges = Pick<Coaching, 'model' | 'second_model'>;

/** What both scorers make of it. */
export function judgesText({ gain, second_gain }: Pick<Proposal, 'gain' | 'second_gain'>): string {
  return `its own estimate ${signed(gain, 2)}, an independent check ${signed(second_gain, 2)}`;
}

export const JUDGES = 'Two scorers judged each change; no person did. The first was searched for gains, the second only checked what was found.';

/** Which models they are, for those who ask. */
export function judgesNames({ model, second_model }: Judges): string {
  return `Own estimate: ${model ?? 'the scorer'}. Independent check: ${second_model ?? 'the second scorer'}.`;
}

export const waitText = (state: Coaching['state']): string =>
  state === 'queued' ? 'Waiting for its turn.' : 'Looking for small changes; about ten seconds, longer the first time.';

/** An answer when nothing is proposed, with its reason. */
export function nothingText(reason: string): string {
  return `No change proposed. ${sentence(reason || 'no modest change would raise the expected score')}`;
}

/** Whether the scorer that was not asked disagrees. */
export const disputed = ({ second_gain }: Pick<Proposal, 'second_gain'>): boolean => second_gain <= 0;

/** All at once first, then each alone by its gain. */
export function inOrder(proposals: readonly Proposal[]): Proposal[] {
  const rank = (one: Proposal): number => (one.key === TOGETHER ? Infinity : one.gain);
  return [...proposals].sort((a, b) => rank(b) - rank(a));
}

export const working = (coaching: Coaching | null): boolean => coaching?.state === 'queued' || coaching?.state === 'running' || (coaching?.proposals.some((one) => one.saving) ?? false);
