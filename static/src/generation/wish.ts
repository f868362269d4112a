// What the form of the studio asks for: as a wish, as a permalink, and back from the history. Pure.
import type { Generation, GenerationCard, GenerationKind, Generator, Wish } from '../api/generation';
import { meanOf } from '../opinion/stats';
import { levelled, ofDial, onDial, rounded } from './histogram';

export const LARGEST_SEED = 2 ** 32 - 1;
export const KINDS: readonly GenerationKind[] = ['samples', 'sweep', 'between'];
export const FEWEST_FRAMES = 2;
/** The wish of "make 64, keep the best 4". */
export const MANY = 64;
export const FEW = 4;
const USUAL: Record<GenerationKind, number> = { samples: 8, sweep: 10, between: 24 };
const LEAST_TRUNCATION = 0.05;

export interface Form {
  kind: GenerationKind;
  category: string;
  by: 'dial' | 'drawn';
  dial: number;
  /** Heights of the drawn bars, the tallest 1. */
  weights: number[];
  seed: number;
  seedTo: number;
  /** Whether the seeds stay for the next wish, or are drawn anew. */
  locked: boolean;
  truncation: number;
  counts: Record<GenerationKind, number>;
  /** How many of the samples are kept; null keeps all. */
  best: number | null;
}

export const drawSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] as number;

/** A number that is a seed: whole, and in its range. */
export function asSeed(value: number): number | null {
  return Number.isInteger(value) && value >= 0 && value <= LARGEST_SEED ? value : null;
}

/** As the studio opens: the category it knows best, a dial within what it has seen. */
export function freshForm(generator: Generator): Form {
  const [first] = [...generator.categories].sort((a, b) => b.pictures - a.pictures);
  const { low, high, sd } = generator.dial;
  const dial = onDial(low + (high - low) * 0.75);
  return {
    kind: 'samples',
    category: first?.key ?? '',
    by: 'dial',
    dial,
    weights: levelled(ofDial(dial, sd)),
    seed: drawSeed(),
    seedTo: drawSeed(),
    locked: false,
    truncation: 1,
    counts: { ...USUAL },
    best: null,
  };
}

export const countOf = ({ kind, counts }: Pick<Form, 'kind' | 'counts'>): number => counts[kind];

/** The shares that are asked for, four digits each. */
export const sharesOf = ({ by, dial, weights }: Pick<Form, 'by' | 'dial' | 'weights'>, sd: number): number[] => (by === 'dial' ? ofDial(dial, sd) : rounded(weights));

/** The mean that is asked for; null for a sweep, which asks for all. */
export function askedOf(form: Pick<Form, 'kind' | 'by' | 'dial' | 'weights'>): number | null {
  if (form.kind === 'sweep') return null;
  return form.by === 'dial' ? form.dial : meanOf(rounded(form.weights));
}

/** What the API is asked for. `model`: refused when another makes pictures by now. */
export function toWish(form: Form, model?: string): Wish {
  const { kind, category, seed, truncation } = form;
  return {
    kind,
    category,
    seed,
    truncation,
    count: countOf(form),
    ...(kind === 'sweep' ? {} : form.by === 'dial' ? { dial: form.dial } : { histogram: rounded(form.weights) }),
    ...(kind === 'between' ? { seed_to: form.seedTo } : {}),
    ...(kind === 'samples' && form.best !== null ? { keep_best: Math.min(form.best, countOf(form)) } : {}),
    ...(model ? { model } : {}),
  };
}

/** The form with everything that a generation was made with; its seeds stay. */
export function recalled(form: Form, made: GenerationCard): Form {
  const drawn = made.dial === null && made.histogram.length > 0;
  return {
    ...form,
    kind: made.kind,
    category: made.category,
    by: made.kind === 'sweep' ? form.by : drawn ? 'drawn' : 'dial',
    dial: made.dial ?? form.dial,
    weights: made.histogram.length ? levelled(made.histogram) : form.weights,
    seed: made.seed,
    seedTo: made.seed_to ?? form.seedTo,
    locked: true,
    truncation: made.truncation,
    counts: { ...form.counts, [made.kind]: made.count },
    best: made.kind === 'samples' ? made.keep_best : form.best,
  };
}

/** The wish as the query of a permalink. */
export function toQuery(wish: Wish): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(wish)) {
    if (value !== undefined && value !== null) search.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  return `?${search.toString()}`;
}

/** The form that a permalink asks for; null when it asks for nothing, or for nothing that can be read. */
export function fromQuery(query: string, fresh: Form, generator: Pick<Generator, 'categories'>, most: number): Form | null {
  const search = new URLSearchParams(query);
  const category = search.get('category');
  if (category === null || !generator.categories.some(({ key }) => key === category)) return null;
  const kind = KINDS.find((each) => each === search.get('kind')) ?? 'samples';
  const numbers = (search.get('histogram') ?? '').split(',').map(Number);
  const drawn = numbers.length === 10 && numbers.every((share) => share >= 0) && numbers.some((share) => share > 0);
  const best = numberIn(search, 'keep_best', 1, most);
  return {
    ...fresh,
    kind,
    category,
    by: drawn ? 'drawn' : 'dial',
    dial: onDial(numberIn(search, 'dial', 1, 10) ?? fresh.dial),
    weights: drawn ? levelled(numbers) : fresh.weights,
    seed: asSeed(numberIn(search, 'seed', 0, LARGEST_SEED) ?? NaN) ?? fresh.seed,
    seedTo: asSeed(numberIn(search, 'seed_to', 0, LARGEST_SEED) ?? NaN) ?? fresh.seedTo,
    locked: search.has('seed'),
    truncation: numberIn(search, 'truncation', LEAST_TRUNCATION, 1) ?? fresh.truncation,
    counts: { ...fresh.counts, [kind]: Math.round(numberIn(search, 'count', kind === 'samples' ? 1 : FEWEST_FRAMES, most) ?? USUAL[kind]) },
    best: best === null ? null : Math.round(best),
  };
}

function numberIn(search: URLSearchParams, name: string, low: number, high: number): number | null {
  const text = search.get(name);
  const value = text === null || text === '' ? NaN : Number(text);
  return value >= low && value <= high ? value : null;
}

/** Whether a generation was made with exactly this wish, whoever asked it of which model. */
export function isOf(made: GenerationCard | Generation, form: Form): boolean {
  const key = ({ model: _model, ...wish }: Wish): string => JSON.stringify(wish);
  return key(toWish(form)) === key(toWish(recalled(form, made)));
}
