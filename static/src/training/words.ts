// Words about training: recipes, states, times and verdicts. Pure.
import type { Estimate, RecipeKey, RunBrief, RunState, Target, Verdict } from '../api/training';
import { fixed, plural, signed } from '../ui/words';
import { JUDGING, type Telling } from './telling';

export const RECIPES: Record<RecipeKey, string> = {
  refine: 'Move the current model',
  head: 'A fresh head',
  'fine-tune': 'Fine-tune a whole network',
  scratch: 'Train from nothing',
  generator: 'A picture generator',
};

/** What a run was told besides its recipe: "FiLM, 64 px, 30 min". */
export function changeWords(changes: Record<string, unknown>): string {
  const said: Record<string, (value: unknown) => string> = {
    conditioning: (value) => (value === 'film' ? 'FiLM' : 'mixed batch norm'),
    size: (value) => `${String(value)} px`,
    minutes: (value) => `${String(value)} min`,
  };
  return Object.entries(changes).map(([name, value]) => said[name]?.(value) ?? `${name} ${String(value)}`).join(', ');
}

export const LIVE: readonly RunState[] = ['queued', 'running', 'paused'];
export const isLive = ({ state }: { state: RunState }): boolean => LIVE.includes(state);

/** Where a run stands, in a word or two. */
export function stateWord({ state, wish, passed }: Pick<RunBrief, 'state' | 'wish' | 'passed'>): string {
  if (wish === 'pause' && state === 'running') return 'pausing';
  if (wish === 'cancel' && LIVE.includes(state)) return 'stopping';
  if (state === 'done') return passed ? 'passed the gate' : 'refused by the gate';
  return state === 'queued' ? 'waiting' : state;
}

/** How long something takes: "less than a second", "40 s", "12 min", "1 h 20 min". */
export function duration(seconds: number): string {
  if (seconds < 1) return 'less than a second';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 && hours < 10 ? `${hours} h ${minutes % 60} min` : `${Math.round(minutes / 60)} h`;
}

/** How long it still takes: "about 12 s left". */
export const leftWords = (seconds: number): string => `${seconds < 1 ? '' : 'about '}${duration(seconds)} left`;

/** Both ends of what is foretold; 1 to 10 where nothing else is told. */
export const scaleOf = (target?: Pick<Target, 'low' | 'high'>): [low: number, high: number] => [target?.low ?? 1, target?.high ?? 10];

export const shortDigest = (digest: string): string => digest.slice(0, 12);

const LEAST_DIGITS = 3;
const MOST_DIGITS = 6;

/** How many digits show that an estimate is not nothing, and that its interval has a width. */
function digitsOf({ value, low, high }: Estimate): number {
  const largest = Math.max(Math.abs(value), Math.abs(low), Math.abs(high));
  const apart = high - low || largest;
  const needed = apart > 0 ? Math.ceil(-Math.log10(apart)) + 1 : LEAST_DIGITS;
  return Math.min(MOST_DIGITS, Math.max(LEAST_DIGITS, needed));
}

/** An estimate as value and interval; `show` writes one number. */
function written(one: Estimate, show: (value: number, digits: number) => string): { value: string; bounds: string } {
  if (one.value === 0 && one.low === 0 && one.high === 0) return { value: '0', bounds: 'exactly' };
  const digits = digitsOf(one);
  return { value: show(one.value, digits), bounds: `${show(one.low, digits)} to ${show(one.high, digits)}` };
}

export const valueParts = (one: Estimate): { value: string; bounds: string } => written(one, fixed);
export const gainParts = (one: Estimate): { value: string; bounds: string } => written(one, signed);

/** "0.712 (0.661 to 0.760)" */
export function valueWords(one: Estimate): string {
  const { value, bounds } = valueParts(one);
  return `${value} (${bounds})`;
}

/** "+0.041 (+0.012 to +0.070)" */
export function gainWords(one: Estimate): string {
  const { value, bounds } = gainParts(one);
  return `${value} (${bounds})`;
}

/** The gate's answer as a headline. */
export function headline(verdict: Verdict, telling: Telling = JUDGING): { answer: 'Yes' | 'No'; rest: string } {
  const vetoes = verdict.reasons.filter(({ ruling }) => ruling === 'veto');
  if (verdict.passed) return { answer: 'Yes', rest: verdict.champion ? telling.better : telling.alone };
  if (vetoes.some(({ code }) => code === 'too_few')) return { answer: 'No', rest: 'too few pictures to prove anything.' };
  if (verdict.champion && verdict.gain.high < 0) return { answer: 'No', rest: 'the challenger is worse.' };
  if (vetoes.some(({ code }) => code === 'memorised')) return { answer: 'No', rest: 'it repeats pictures that it learned from.' };
  const unproven = vetoes.some(({ code }) => code === 'better') || !vetoes.length;
  if (unproven) return { answer: 'No', rest: 'nothing proves that the challenger is better.' };
  if (vetoes.length === 1 && vetoes[0]?.code === 'likeness') return { answer: 'No', rest: 'its samples are farther from real pictures.' };
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
export function progressWords({ state, wish, step, estimate_s }: Pick<RunBrief, 'state' | 'wish' | 'step' | 'estimate_s'>, ahead: readonly Ahead[] = []): string {
  if (wish === 'cancel') return 'Stops as soon as the worker sees it.';
  if (wish === 'pause') return 'Pauses as soon as a checkpoint is written.';
  if (state === 'queued' && step?.text) return step.text;
  if (state === 'queued') return `${waitWords(ahead)}${estimate_s === null ? '' : ` It then takes about ${duration(estimate_s)}.`}`;
  if (state === 'paused') return 'Paused. It goes on from its last checkpoint, with the same figures.';
  const left = step?.eta_s === null || step?.eta_s === undefined ? '' : `, ${leftWords(step.eta_s)}`;
  return `${sentence(step?.text || 'The worker gets the pictures ready')}${left}`;
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

type Ahead = Pick<RunBrief, 'id' | 'state' | 'created_at' | 'estimate_s' | 'started_at'>;

/** The runs that are trained before this one: what runs now, and what was asked for earlier. */
export function aheadOf(run: Pick<RunBrief, 'id' | 'state' | 'created_at'>, runs: readonly RunBrief[]): RunBrief[] {
  if (run.state !== 'queued') return [];
  const before = (one: RunBrief): boolean => one.state === 'running' || (one.state === 'queued' && one.created_at < run.created_at);
  return runs.filter((one) => one.id !== run.id && before(one));
}

/** Why a run waits, and about how long. */
function waitWords(ahead: readonly Ahead[], now = Date.now()): string {
  if (!ahead.length) return 'Waits for the training worker, which begins within seconds unless it is off: Jobs says so.';
  const left = ahead.map(({ estimate_s: whole, started_at: at }) => (whole === null ? null : Math.max(0, whole - (at ? (now - Date.parse(at)) / 1000 : 0))));
  const known = left.every((one) => one !== null) ? left.reduce<number>((sum, one) => sum + (one ?? 0), 0) : null;
  const who = ahead.length === 1 ? 'another run, as one is' : `${ahead.length} other runs, as one is`;
  return `Waits for ${who} trained at a time${known === null ? '' : `: about ${duration(known)}`}.`;
}
