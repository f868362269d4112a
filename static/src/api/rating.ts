// Rating in a campaign, as the API speaks of it, and the calls of the rating page and of "my ratings".
import type { Me, Mode } from './campaigns';
import { API, query, request } from './client';

export type PairOutcome = 'left' | 'right' | 'tie' | 'both_bad';
export type SkipReason = 'unsure' | 'known' | 'upsetting' | 'broken';

/** An entry's picture, known to a rater by nothing else. */
export interface Shown {
  entry: string;
  src: string;
  small: string;
  width: number;
  height: number;
  thumbhash: string;
}

export interface Step {
  value: number;
  label: string;
}

export interface Anchor {
  src: string;
  word: string;
}

/** One question, good for one answer until it expires. */
export interface Assignment {
  token: string;
  mode: Mode;
  question: string;
  entries: Shown[];
  /** The steps of an attribute; null in other modes. */
  answers: Step[] | null;
  anchors: { low: Anchor | null; high: Anchor | null } | null;
  comment_at_most: number;
  expires_at: string;
}

export type Answer =
  | { kind: 'score' | 'attribute'; value: number }
  | { kind: 'pair'; outcome: PairOutcome }
  | { kind: 'best'; best: string }
  | { kind: 'skip'; reason: SkipReason };

export type Vote = Answer & {
  token: string;
  comment?: string;
  dwell_ms: number;
  cast_at: string;
  correct?: true;
};

/** How others answered, told after the vote. */
export interface Crowd {
  votes: number;
  distribution: number[] | null;
  mean: number | null;
  shares: Record<PairOutcome, number> | null;
  best: { entry: string; share: number }[] | null;
  model: { mean: number; low: number; high: number; distribution: number[] | null } | null;
  /** Fewer than three others answered. */
  first: boolean;
}

export interface Result {
  token: string;
  status: 'counted' | 'kept' | 'refused';
  code: string;
  text: string;
  vote: string | null;
  crowd: Crowd | null;
}

export interface Progress {
  mine: number;
  skipped: number;
  left: number;
  cap: number | null;
  must: { needed: number; done: number } | null;
  checks: { seen: number; met: number } | null;
  campaign: { votes: number; entries: number; settled: number; saved: number; raters: number };
}

export type DoneCode = 'all_seen' | 'settled' | 'cap_reached' | 'closed' | 'not_open' | 'nothing_of_others';

export interface Asked {
  assignments: Assignment[];
  done: { code: DoneCode; text: string } | null;
  progress: Progress;
}

export interface Heard {
  results: Result[];
  progress: Progress;
}

/** One's own vote as it is kept. */
export interface OwnVote {
  vote: string;
  entries: string[];
  kind: string;
  value: number | null;
  outcome: PairOutcome | '';
  best: string | null;
  reason: SkipReason | '';
}

/** What may be told about a person's part in one campaign. */
export interface MyCampaign {
  campaign: { id: string; title: string };
  me: Me;
}

export const askFor = (campaign: string, count: number): Promise<Asked> =>
  request(`${API}/assignments`, { method: 'POST', body: { campaign, count } });

export const sendVotes = (votes: Vote[]): Promise<Heard> => request(`${API}/ratings`, { method: 'POST', body: { votes } });

/** Newest first. */
export const ownVotes = (campaign: string): Promise<OwnVote[]> => request(`${API}/ratings${query({ campaign })}`);

export const joinCampaign = (campaign: string): Promise<Me> =>
  request(`${API}/campaigns/${campaign}/join`, { method: 'POST', body: { consent: true } });

export const myPart = (campaign: string): Promise<Me> => request(`${API}/campaigns/${campaign}/me`);

export const leaveCampaign = (campaign: string): Promise<void> => request(`${API}/campaigns/${campaign}/me`, { method: 'DELETE' });

export const myRatings = (): Promise<MyCampaign[]> => request(`${API}/me/ratings`);

export const eraseMyRatings = (): Promise<void> => request(`${API}/me/ratings`, { method: 'DELETE' });

export const MY_RATINGS_FILE = `${API}/me/ratings/export`;
