// The shapes the HTTP API speaks, and the data every page carries.
import type { Explained } from './explanations';

export type Medium = 'photo' | 'painting';
export type ArtworkState = 'judging' | 'ready' | 'failed';

/** What the owner alone sees of a picture. */
export interface OwnTaste {
  /** Whether they like it; null when they did not say. */
  pick: boolean | null;
  /** Chance that they like it, 0 to 1; null unless their own order is shown. */
  value: number | null;
}

export interface Card {
  id: string;
  title: string;
  medium: Medium;
  state: ArtworkState;
  error_code: string;
  width: number | null;
  height: number | null;
  thumbhash: string;
  created_at: string;
  thumb: string | null;
  score: { mean: number; distribution?: number[] } | null;
  /** Missing on a share page. */
  taste?: OwnTaste;
  /** A model made it: here, or elsewhere by what its file says. */
  generated?: boolean;
}

/** How a picture that was generated here was made. */
export interface Recipe {
  model: string;
  digest: string;
  category: string;
  /** What it is called now. */
  category_name: string;
  asked_mean: number;
  judged_mean: number | null;
  latent_seed: number | null;
  truncation: number;
}

export interface Score {
  distribution: number[];
  mean: number;
  sd: number;
  /** 80 % interval of the mean that a real crowd would give. */
  interval: [number, number];
  model: string;
  /** Share of the owner's other artworks that score lower, in per cent; null when there is none. */
  percentile: number | null;
  /** In how many of 100 photos it learned from the model expects less; null when it does not say. */
  reference_percentile: number | null;
}

export interface Ratings {
  count: number;
  distribution: number[];
  mean: number | null;
  mine: number | null;
}

export interface JobBrief {
  id: string;
  kind: string;
  state: string;
  attempt: number;
  error_code: string;
  error_text: string;
}

export interface Artwork extends Omit<Card, 'score'>, Explained {
  filename?: string;
  error_text: string;
  format: string;
  bytes: number;
  renditions: Record<'small' | 'medium' | 'large', string> | null;
  jobs?: JobBrief[];
  score: Score | null;
  /** Why to take the judgement with care; null or missing when there is no reason. */
  caution?: string | null;
  /** Missing on a share page, null unless it was generated here. */
  recipe?: Recipe | null;
  ratings: Ratings | null;
  albums?: { id: string; title: string }[];
  captured_at?: string | null;
  duplicate?: boolean;
}

export interface Page<T> {
  count: number;
  results: T[];
}

export interface Layout {
  count: number;
  aspects: number[];
}

export interface Album {
  id: string;
  title: string;
  size: number;
  cover: string | null;
  created_at: string;
}

export interface Share {
  id: string;
  token_hint: string;
  expires_at: string | null;
  allow_originals: boolean;
  created_at: string;
  /** Only in the answer that creates it. */
  url?: string;
}

export interface LiveEvent {
  seq: number;
  kind: string;
  ids: string[];
}

export interface EventPage {
  events: LiveEvent[];
  last: number;
  reset: boolean;
}

export interface QueueSummary {
  name: string;
  waiting: number;
  running: number;
  done: number;
  dead: number;
  per_minute: number;
  paused: boolean;
}

export interface WorkerSummary {
  name: string;
  queues: string;
  note: string;
  heartbeat_at: string;
  alive: boolean;
}

export interface JobsSummary {
  queues: QueueSummary[];
  workers: WorkerSummary[];
}

export interface JobRow extends JobBrief {
  queue: string;
  subject: string;
  owner: string;
  worker: string;
  max_attempts: number;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface Token {
  id: string;
  name: string;
  scopes: string[];
  created_at: string;
  last_used_at: string | null;
  /** Only in the answer that creates it. */
  secret?: string;
}

/** Somebody with an account, as staff see them. */
export interface Person {
  id: number;
  email: string;
  staff: boolean;
}

export interface Invitation {
  id: string;
  note: string;
  created_at: string;
  expires_at: string;
  /** Only in the answer that creates it. */
  url?: string;
}

export interface Limits {
  max_bytes: number;
  max_pixels: number;
  formats: string[];
}

export interface Site {
  user: { name: string; email: string; is_staff: boolean } | null;
  live_url: string;
  csrf_cookie: string;
  limits: Limits;
  last_seq: number;
}
