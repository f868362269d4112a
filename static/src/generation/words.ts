// Words of the studio: how far a generation is, what it was, why it failed and who must act. Pure.
import type { GenerationCard, GenerationKind, GenerationState, Trouble } from '../api/generation';
import { messageFor, type Problem } from '../api/problem';
import { formatMean } from '../opinion/stats';
import { plural } from '../ui/words';

export const KIND_WORDS: Record<GenerationKind, string> = { samples: 'Samples', sweep: 'Sweep', between: 'Between' };

export const isLive = ({ state }: { state: GenerationState }): boolean => state === 'queued' || state === 'running';

/** What the button does. */
export function makeWords(kind: GenerationKind, count: number, best: number | null): string {
  if (kind === 'sweep') return `Sweep the dial in ${count} steps`;
  if (kind === 'between') return `Make a film of ${count} pictures`;
  return best === null ? `Make ${plural(count, 'picture')}` : `Make ${count}, keep the best ${Math.min(best, count)}`;
}

/** What was asked for, in a few words: "asked 7.0", "drawn, mean 5.2", "dial 1 to 10". */
export function askWords({ kind, dial, asked_mean }: Pick<GenerationCard, 'kind' | 'dial' | 'asked_mean'>): string {
  if (kind === 'sweep') return 'dial 1 to 10';
  if (dial !== null) return `asked ${formatMean(dial)}`;
  return asked_mean === null ? '' : `drawn, mean ${formatMean(asked_mean)}`;
}

type Stand = Pick<GenerationCard, 'state' | 'made' | 'count' | 'kind' | 'film'>;

/** How far it is: "3 of 8 made". */
export function standWords({ state, made, count, kind, film }: Stand): string {
  const so = `${made} of ${count} made`;
  if (state === 'queued') return made ? `${so}, waits to go on` : 'Waits for a worker, which may have to load its models first';
  if (state === 'running') return made < count ? so : kind !== 'samples' && !film ? 'All made, cutting the film' : 'All made, finishing';
  if (state === 'cancelled') return made ? `Cancelled: ${so}, and they stay` : 'Cancelled before the first was made';
  if (state === 'failed') return made ? `Failed: ${so}, and they stay` : 'Failed before the first was made';
  return made === count ? plural(made, 'picture') : so;
}

/** Of a wish that keeps a few alone: "best 4 of 64"; empty for another. */
export const bestWords = ({ keep_best, made }: Pick<GenerationCard, 'keep_best' | 'made'>): string => (keep_best === null ? '' : `best ${Math.min(keep_best, made)} of ${made}`);

/** The same for the ear: once at the start, at each quarter and at the end rather than with every picture. */
export function spoken(stand: Stand): string {
  if (stand.state !== 'running') return standWords(stand);
  const quarter = Math.floor((4 * stand.made) / stand.count);
  return quarter === 0 ? `Making ${plural(stand.count, 'picture')}` : quarter >= 4 ? 'All made' : `${quarter * 25} percent made`;
}

/** Whose turn it is when a wish is refused or its making failed. */
const WHO: Record<string, string> = {
  model_retired: 'Ask the generator that is active now.',
  over_generation_quota: 'Ask for fewer or wait until tomorrow; whoever runs this website can grant more.',
  over_quota: 'Delete pictures that you no longer need, or ask whoever runs this website for more room.',
  out_of_memory: 'Ask for fewer at once; when that does not help, whoever runs this website must look at the worker.',
  worker_error: 'Whoever runs this website finds the reason in the worker’s log.',
  worker_lost: 'Try again; when it fails again, whoever runs this website must look at the worker.',
  offline: '',
};
const CHANGE = /^(histogram_|dial_|category_|seed_|truncation_|count_|keep_best_)/;

/** Who must act on it; empty where the reason says so itself. */
export function whoActs(code: string): string {
  return WHO[code] ?? (CHANGE.test(code) ? 'Change what you ask for.' : '');
}

/** Why it failed, and who must act, in one line. */
export function troubleWords({ code, text }: Trouble): string {
  return [text || messageFor({ code, status: 0 }), whoActs(code)].filter(Boolean).join(' ');
}

/** A refused wish in words. */
export const refusal = (problem: Problem): Trouble => ({ code: problem.code, text: messageFor(problem) });

/** Whether a mean lies where the generator has seen pictures; else what to expect. */
export function beyond(mean: number, { low, high }: { low: number; high: number }): string {
  if (mean >= low && mean <= high) return '';
  return `${mean < low ? 'Below' : 'Above'} what it has seen: nine in ten of its pictures had means from ${formatMean(low)} to ${formatMean(high)}. Here it guesses.`;
}

/** Asked and judged of one picture, for the ear. */
export function pairWords(asked: number, judged: number | null): string {
  return `asked ${formatMean(asked)}, ${judged === null ? 'not judged' : `judged ${formatMean(judged)}`}`;
}
