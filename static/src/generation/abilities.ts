// What a generator can and cannot, in words: one rule for every category, successes and failures alike. Pure.
import type { Ability, Abilities, Estimate, Outcome } from '../api/generation';
import { fixed, percent, plural } from '../ui/words';

/** How surely a category is made: in most samples, more often than others are taken for it, not, or nobody looked. */
export type Standing = 'made' | 'sometimes' | 'failed' | 'unknown';

const MOST = 0.5;
const COPIED = 0.05;
const ORDER: readonly Standing[] = ['made', 'sometimes', 'failed', 'unknown'];

export const STANDING_WORDS: Record<Standing, string> = {
  made: 'Recognised',
  sometimes: 'Recognised sometimes',
  failed: 'Not recognised',
  unknown: 'Not measured',
};

/** By the ends of the intervals, so that luck counts for nothing; nor does a judge that calls everything alike. */
export function standingOf(outcome: Outcome | null): Standing {
  if (!outcome) return 'unknown';
  const { low } = outcome.recognised;
  if (low <= outcome.mistaken.high) return 'failed';
  return low > MOST ? 'made' : 'sometimes';
}

/** What succeeds first. */
export function ranked(categories: readonly Ability[]): Ability[] {
  const place = ({ outcome }: Ability): number => ORDER.indexOf(standingOf(outcome));
  return [...categories].sort((a, b) => place(a) - place(b) || b.pictures - a.pictures);
}

const range = ({ low, high }: Estimate): string => `${fixed(low, 2)} to ${fixed(high, 2)}`;

/** With its interval, where that has a length to be told. */
const shares = ({ value, low, high }: Estimate): string => (percent(low) === percent(high) ? percent(value) : `${percent(value)} (${percent(low)} to ${percent(high)})`);

export function recognisedWords({ recognised, mistaken, samples }: Outcome): string {
  return `Of ${plural(samples, 'sample')} ${shares(recognised)} are told to be of it; of samples of other categories ${shares(mistaken)} are, too.`;
}

export function obeyedWords({ obeyed }: Outcome): string {
  const told = `rank correlation of asked and judged ${fixed(obeyed.value, 2)} (${range(obeyed)}; 0 none, 1 always in order)`;
  if (obeyed.low > 0) return `The dial is obeyed ${obeyed.low >= 0.7 ? 'mostly' : obeyed.low >= 0.4 ? 'more often than not' : 'a little'}: ${told}.`;
  if (obeyed.high < 0) return `The dial turns the wrong way: ${told}.`;
  return `The dial does nothing that could be told from chance: ${told}.`;
}

export function likenessWords({ kid, spread, spread_real }: Outcome): string {
  const distance = kid === null ? '' : `Its distance from real pictures (KID) is ${fixed(kid, 2)}, where 0 is none. `;
  const share = spread_real > 0 ? spread / spread_real : 1;
  return `${distance}Samples differ ${share >= 0.9 ? 'about as much' : `${percent(share)} as much`} from each other as real pictures do.`;
}

/** Whether pictures were copied that it learned from; nothing where nobody looked. */
export function copiedWords({ near }: Outcome): string {
  if (!near) return '';
  const told = `${shares(near)} come nearer to a learned picture than 95 % of unseen pictures do`;
  return near.low > COPIED ? `Some may be copies: ${told}.` : `No sign of copies: ${told}.`;
}

/** The whole in a sentence: how many are made, and how many follow the dial. */
export function summary({ categories }: Pick<Abilities, 'categories'>): string {
  const measured = categories.flatMap(({ outcome }) => outcome ?? []);
  if (!measured.length) return 'Its card measures no category by itself.';
  const known = measured.filter((one) => standingOf(one) !== 'failed').length;
  const obeyed = measured.filter((one) => one.obeyed.low > 0).length;
  const some = (n: number, none: string, all: string): string => (n === 0 ? none : n === measured.length ? all : String(n));
  return `${some(known, 'None', 'All')} of ${plural(measured.length, 'category', 'categories')} ${known > 1 ? 'are' : 'is'} surely recognised, and in ${some(obeyed, 'none', 'all')} the dial is surely obeyed.`;
}
