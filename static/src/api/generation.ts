// The studio, as the API speaks of it: the generator, wishes, what was made of them, one's quota.
import { API, query, request } from './client';

export type GenerationKind = 'samples' | 'sweep' | 'between';
export type GenerationState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface Trouble {
  code: string;
  text: string;
}

/** A figure with its 95 % interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

export interface Category {
  key: string;
  name: string;
  /** How many of them the generator learned from. */
  pictures: number;
  outcome: Outcome | null;
}

/** A figure about samples, and the same of what it is compared with. */
export interface Measure {
  name: string;
  value: Estimate;
  samples: number;
  against: string;
  baseline: Estimate | null;
}

export interface Generator {
  name: string;
  /** Side of a picture, in pixels. */
  size: number;
  conditioning: 'mixed' | 'film';
  categories: Category[];
  /** Where most means lay that it learned from (the dial goes from 1 to 10); spread of a dial's histogram. */
  dial: { low: number; high: number; sd: number };
  /** How many it learned from. */
  pictures: number;
  sources: string[];
  /** The model in whose features the measures are. */
  features: string;
  measures: Measure[];
  limits: string[];
  licence: string;
  /** Words about a patent, to be shown; may be empty. */
  notice: string;
}

/** Pictures that may be made in 24 hours. */
export interface Quota {
  limit: number;
  left: number;
}

/** What the studio starts with; without a generator `reason` says who must act. */
export interface Studio {
  generator: Generator | null;
  reason: Trouble | null;
  /** Name of the scorer that judges what is made. */
  judge: string | null;
  quota: Quota;
  /** Pictures of one wish. */
  most: number;
}

/** Either `dial` or `histogram`, of a sweep neither. Errors: see docs/api.md. */
export interface Wish {
  category: string;
  /** A mean, 1 to 10. */
  dial?: number;
  /** Ten shares that sum to 1. */
  histogram?: number[];
  /** 0 to 2^32 - 1; drawn without one. */
  seed?: number;
  /** Of `between` alone, which needs it. */
  seed_to?: number;
  /** Above 0, at most 1. */
  truncation?: number;
  count?: number;
  kind?: GenerationKind;
  /** Of `samples` alone: 1 to `count`. */
  keep_best?: number;
  /** Refused with `model_retired` unless it is the active generator. */
  model?: string;
}

export interface Sample {
  id: string;
  /** From 0; samples come in this order. */
  index: number;
  url: string;
  width: number;
  height: number;
  /** Null between two latents. */
  latent_seed: number | null;
  asked_mean: number;
  judged_mean: number | null;
  /** Ten shares, or none. */
  judged_distribution: number[];
  /** One of the best up to now; without `keep_best` each is. */
  kept: boolean;
  /** When it was added to one's pictures. */
  artwork: string | null;
}

/** A generation in the history. */
export interface GenerationCard {
  id: string;
  kind: GenerationKind;
  category: string;
  category_name: string;
  dial: number | null;
  /** Empty for a sweep. */
  histogram: number[];
  asked_mean: number | null;
  seed: number;
  seed_to: number | null;
  truncation: number;
  count: number;
  keep_best: number | null;
  made: number;
  /** `active`: the same wish gives the same pictures now. */
  model: { name: string; active: boolean };
  state: GenerationState;
  /** Of a failed one. */
  error: Trouble | null;
  /** An animated WebP of a sweep or of steps between latents, once it is there. */
  film: string | null;
  /** Up to four pictures. */
  covers: string[];
  created_at: string;
}

export interface Generation extends GenerationCard {
  /** Name of the scorer that judged. */
  judge: string | null;
  samples: Sample[];
}

/** A picture that was judged: what was asked of it, and what the scorer says. */
export interface Judged {
  id: string;
  generation: string;
  url: string;
  asked: number;
  judged: number;
}

/** What was measured of one category, by judges that learned from other pictures. */
export interface Outcome {
  /** Rank correlation of asked and judged means. */
  obeyed: Estimate;
  /** Share of `samples` told to be of it, and of samples of the other categories told to be of it, too. */
  recognised: Estimate;
  mistaken: Estimate;
  samples: number;
  /** Distance from held-out pictures. */
  kid: number | null;
  /** Share nearer to a learned picture than 95 % of held-out ones. */
  near: Estimate | null;
  /** Mean distance of two samples, and of two real pictures. */
  spread: number;
  spread_real: number;
}

export interface Ability {
  key: string;
  /** What people call it; else what the card does, which is `given`. */
  name: string;
  given: string;
  pictures: number;
  outcome: Outcome | null;
  samples: Sample[];
}

/** What a generator can and cannot. */
export interface Abilities {
  id: string;
  name: string;
  categories: Ability[];
  /** Samples are on their way. */
  making: boolean;
  /** They may be asked for. */
  can_make: boolean;
  /** Names to choose from. */
  presets: string[];
}

export interface History {
  results: GenerationCard[];
  /** Ask with it for the next part. */
  after: string | null;
}

export function fetchStudio(): Promise<Studio> {
  return request<Studio>(`${API}/generators`);
}

/** Answers at once; pictures come with the events `generation.changed`. */
export function generate(wish: Wish): Promise<Generation> {
  return request<Generation>(`${API}/generations`, { method: 'POST', body: wish });
}

export function fetchHistory(after: string | null = null, limit = 20): Promise<History> {
  return request<History>(`${API}/generations${query({ after, limit })}`);
}

export function fetchGeneration(id: string): Promise<Generation> {
  return request<Generation>(`${API}/generations/${id}`);
}

/** What is made stays. */
export function cancelGeneration(id: string): Promise<Generation> {
  return request<Generation>(`${API}/generations/${id}/cancel`, { method: 'POST' });
}

/** Makes what is missing of one that failed or was called off. */
export function retryGeneration(id: string): Promise<Generation> {
  return request<Generation>(`${API}/generations/${id}/retry`, { method: 'POST' });
}

/** Of up to fifty generations, without films between two latents. */
export async function fetchJudged(generations: readonly string[]): Promise<Judged[]> {
  return (await request<{ results: Judged[] }>(`${API}/generations/judged${query({ of: generations.join() })}`)).results;
}

const categories = (version: string): string => `${API}/model-versions/${version}/categories`;

export const fetchAbilities = (version: string): Promise<Abilities> => request(categories(version));

/** Has samples of each category made, unless they are there. */
export const askSamples = (version: string): Promise<Abilities> => request(`${categories(version)}/samples`, { method: 'POST' });

/** For staff; without a name it is called as its card does. */
export const nameCategory = (version: string, key: string, name: string): Promise<Abilities> => request(`${categories(version)}/${encodeURIComponent(key)}`, { method: 'PATCH', body: { name } });

export function deleteGeneration(id: string): Promise<void> {
  return request<void>(`${API}/generations/${id}`, { method: 'DELETE' });
}

/** Add a picture to one's own; it stays marked as generated. */
export function keepSample(
  generation: string,
  sample: string,
  as: { medium: 'photo' | 'painting'; title?: string },
): Promise<{ artwork: string }> {
  return request<{ artwork: string }>(`${API}/generations/${generation}/samples/${sample}/keep`, {
    method: 'POST',
    body: as,
  });
}
