// Words about training: recipes, states, times and verdicts. Pure.
import type { Estimate, RecipeKey, RunBrief, RunState, Target, Verdict } from '../api/training';
import { plural, signed } from '../ui/words';

export const RECIPES: Record<RecipeKey, string> = {
  refine: 'Move the current model',
  head: 'A fresh head',
  'fine-tune': 'Fine-tune a whole network',
  scratch: 'Train from nothing',
};

export const LIVE: readonly RunState[] = ['queued', 'running', 'paused'];
export const isLive = ({ state }: { state: RunState }): boolean => LIVE.includes(state);

/** Where a run stands, in a word or two. */
export function stateWord({ state, wish, passed }: Pick<RunBrief, 'state' | 'wish' | 'passed'>): string {
  if (wish === 'pause' && state === 'running') return 'pausing';
  if (wish === 'cancel' && LIVE.includes(state)) return 'stopping';
  if (state === 'done') return passed ? 'passed the gate' : 'refused by the gate';
  return state === 'queued' ? 'waiting for the worker' : state;
}

/** How long something takes: "under a second", "40 s", "12 min", "1 h 20 min". */
export function duration(seconds: number): string {
  if (seconds < 1) return 'under a second';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 && hours < 10 ? `${hours} h ${minutes % 60} min` : `${Math.round(minutes / 60)} h`;
}

/** Both ends of what is foretold; 1 to 10 where nothing else is told. */
export const scaleOf = (target?: Pick<Target, 'low' | 'high'>): [low: number, high: number] => [target?.low ?? 1, target?.high ?? 10];

export const shortDigest = (digest: string): string => digest.slice(0, 12);

/** "+0.041 (0.012 to 0.070)" */
export function gainWords({ value, low, high }: Estimate, digits = 3): string {
  return `${signed(value, digits)} (${signed(low, digits)} to ${signed(high, digits)})`;
}

/** The gate's answer as a headline. */
export function headline(verdict: Verdict): { answer: 'Yes' | 'No'; rest: string } {
  const vetoes = verdict.reasons.filter(({ ruling }) => ruling === 'veto');
  if (verdict.passed) return { answer: 'Yes', rest: verdict.champion ? 'the challenger is better.' : 'it is better than a constant.' };
  if (vetoes.some(({ code }) => code === 'too_few')) return { answer: 'No', rest: 'too few pictures to prove anything.' };
  if (verdict.champion && verdict.gain.high < 0) return { answer: 'No', rest: 'the challenger is worse.' };
  const unproven = vetoes.some(({ code }) => code === 'better') || !vetoes.length;
  if (unproven) return { answer: 'No', rest: 'nothing proves that the challenger is better.' };
  const broken = verdict.slices.filter(({ vetoes: each }) => each);
  if (broken.length === 1) return { answer: 'No', rest: `it loses on “${broken[0]?.title}”.` };
  return { answer: 'No', rest: `${plural(vetoes.length, 'veto', 'vetoes')}.` };
}

/** Where a picture moves: "rises 34 places of 100", "falls 1 place of 100". */
export function moveWords(before: number, after: number): string {
  const places = Math.round(Math.abs(after - before));
  return `${after >= before ? 'rises' : 'falls'} ${plural(places, 'place')} of 100`;
}

/** The sentence over a live run. */
export function progressWords({ state, wish, step, estimate_s }: Pick<RunBrief, 'state' | 'wish' | 'step' | 'estimate_s'>): string {
  if (wish === 'cancel') return 'Stops as soon as the worker sees it.';
  if (wish === 'pause') return 'Pauses as soon as a checkpoint is written.';
  if (state === 'queued') return `Waits for the training worker${estimate_s === null ? '' : `; then about ${duration(estimate_s)}`}.`;
  if (state === 'paused') return 'Paused. It goes on from its last checkpoint, with the same figures.';
  const left = step?.eta_s === null || step?.eta_s === undefined ? '' : `, about ${duration(step.eta_s)} left`;
  return `${step?.text || 'At work'}${left}`;
}
