// Campaigns and challenges, as the API speaks of them: what is asked, what the crowd says, who rates.
import { API, query, request } from './client';

export type CampaignKind = 'campaign' | 'challenge';
export type Mode = 'score' | 'pairs' | 'attribute' | 'burst';
export type Access = 'open' | 'link' | 'group';
export type CampaignState = 'draft' | 'scheduled' | 'submitting' | 'open' | 'closed' | 'revealed';

export interface AskedAttribute {
  key: string;
  label: string;
  asks: string;
  low: number;
  high: number;
  low_word: string;
  high_word: string;
  /** Empty where the answer is a number. */
  choices: string[];
}

/** What a rater is told about themselves. */
export interface Me {
  rater: string;
  pseudonym: string;
  consented: boolean;
  votes: number;
  skipped: number;
  left: number;
  cap: number | null;
  must: { needed: number; done: number } | null;
  checks: { seen: number; met: number } | null;
  card: { votes: number; bias: number; spread: number; consistency: number; side: number; words: string } | null;
}

/** What an organiser decides about a campaign. */
export interface CampaignTerms {
  title: string;
  kind: CampaignKind;
  mode: Mode;
  description: string;
  question: string;
  consent: string;
  access: Access;
  guests: boolean;
  sampling: 'active' | 'random';
  reveal: 'after_vote' | 'at_end';
  votes_wanted: number;
  narrow_enough: number | null;
  gold_share: number;
  repeat_share: number;
  most_per_rater: number | null;
  least_dwell_ms: number;
  /** Whoever runs the installation may train models with it. */
  for_training: boolean;
  /** Pictures that a model made may be entered; staff alone switch it on. */
  generated_allowed: boolean;
  submissions_close_at: string | null;
  most_submissions: number;
  must_vote_share: number;
  comment_at_most: number;
  opens_at: string | null;
  closes_at: string | null;
}

export interface Campaign extends CampaignTerms {
  id: string;
  state: CampaignState;
  attribute: AskedAttribute | null;
  published_at: string | null;
  revealed_at: string | null;
  /** Whether the reader runs it. */
  organiser: boolean;
  link: string | null;
  emails: string[] | null;
  counts: { entries: number; raters: number; votes: number; settled: number };
  /** The reader as a rater; null before they joined. */
  me?: Me | null;
  covers: string[];
}

/** Terms as they are sent: the attribute by its key. */
export type CampaignWish = Partial<CampaignTerms> & { attribute?: string | null; emails?: string[] };

/** An artwork's place in a campaign, and what the crowd thinks of it. */
export interface Entry {
  id: string;
  artwork: string | null;
  title: string;
  role: 'entry' | 'anchor_low' | 'anchor_high';
  burst: number | null;
  gold: [low: number, high: number] | null;
  votes: number;
  /** The crowd’s verdict, drawn towards what was expected while votes are few. */
  mean: number | null;
  /** Of the votes alone. */
  votes_mean: number | null;
  sd: number | null;
  low: number | null;
  high: number | null;
  distribution: number[];
  divisive: number | null;
  place: number | null;
  settled: boolean;
  prior: { mean: number; sd: number } | null;
  disqualified: { at: string; reason: string } | null;
  mine: boolean;
  /** Without `src` the artwork is gone. */
  medium: { src: string | null; width: number | null; height: number | null; thumbhash: string };
  /** Once revealed. */
  maker: string | null;
  comments: number;
  /** A model made the picture; raters are not told while they vote. */
  generated?: boolean;
}

export type EntrySort = 'place' | 'divisive' | 'votes' | 'gap';

export interface EntryPage {
  count: number;
  results: Entry[];
}

export interface Added {
  added: number;
  already: number;
  refused: { artwork: string; code: string; text: string }[];
}

export interface RaterRow {
  id: string;
  pseudonym: string;
  guest: boolean;
  votes: number;
  bias: number | null;
  spread: number | null;
  noise: number | null;
  consistency: number | null;
  side: number | null;
  weight: number | null;
  median_dwell_ms: number | null;
  checks: { seen: number; met: number };
  doubts: { code: string; words: string }[];
  quarantined: { at: string; reason: string } | null;
}

/** Mean opinion of the pictures in one bin of the score, and what three families make of it. */
export interface ScoreBin {
  bin: number;
  entries: number;
  distribution: number[];
  gaussian: number[];
  gamma: number[];
  gamma_reversed: number[];
  rmse: Record<'gaussian' | 'gamma' | 'gamma_reversed', number>;
}

export interface Curves {
  by_mean: ScoreBin[];
  /** Of each picture: its mean and the standard deviation of its votes. */
  spread: [mean: number, sd: number][];
}

export interface Dashboard {
  campaign: Campaign;
  progress: {
    votes: number;
    wanted: number;
    entries: number;
    reached: number;
    settled: number;
    raters: number;
    saved: number;
    per_day: [day: string, votes: number][];
    per_minute: number[];
  };
  agreement: { alpha: number | null; level: string; words: string; split_half: number | null; votes: number };
  distribution: number[];
  pace: { fast: RaterRow[]; slow: RaterRow[]; median_ms: number | null };
  flagged: RaterRow[];
  divisive: Entry[];
  top: Entry[];
  model: { srcc: number | null; n: number };
  curves: Curves | null;
  fused_at: string | null;
  stale: boolean;
}

export interface Comment {
  pseudonym: string;
  value: number | null;
  comment: string;
}

export interface Imported {
  read: number;
  added: number;
  already: number;
  refused: { line: number; code: string; text: string }[];
  raters: number;
}

const one = (id: string): string => `${API}/campaigns/${id}`;
const post = <T>(url: string, body: unknown = {}): Promise<T> => request(url, { method: 'POST', body });

export const campaignsAs = (role: 'organise' | 'rate'): Promise<Campaign[]> => request(`${API}/campaigns${query({ role })}`);
export const campaign = (id: string): Promise<Campaign> => request(one(id));
export const createCampaign = (wish: CampaignWish): Promise<Campaign> => post(`${API}/campaigns`, wish);
export const changeCampaign = (id: string, wish: CampaignWish): Promise<Campaign> => request(one(id), { method: 'PATCH', body: wish });
export const deleteCampaign = (id: string): Promise<void> => request(one(id), { method: 'DELETE' });

/** publish, close, reopen, reveal */
export const turn = (id: string, step: 'publish' | 'close' | 'reopen' | 'reveal'): Promise<Campaign> => post(`${one(id)}/${step}`);

export const newLink = (id: string, revoke: boolean): Promise<{ url: string }> => post(`${one(id)}/link`, revoke ? { revoke } : {});

export const entriesOf = (id: string, sort: EntrySort, offset: number, limit: number): Promise<EntryPage> =>
  request(`${one(id)}/entries${query({ sort, offset, limit })}`);

export const addEntries = (id: string, what: { artworks: string[] } | { album: string } | { bursts: string[][] }): Promise<Added> =>
  post(`${one(id)}/entries`, what);

export const changeEntry = (id: string, entry: string, change: { gold?: [number, number] | null; role?: Entry['role'] }): Promise<Entry> =>
  request(`${one(id)}/entries/${entry}`, { method: 'PATCH', body: change });

export const removeEntry = (id: string, entry: string): Promise<void> => request(`${one(id)}/entries/${entry}`, { method: 'DELETE' });

export const ruleEntry = (id: string, entry: string, step: 'disqualify' | 'requalify', reason: string): Promise<unknown> =>
  post(`${one(id)}/entries/${entry}/${step}`, { reason });

export const commentsOn = (id: string, entry: string): Promise<Comment[]> => request(`${one(id)}/entries/${entry}/comments`);

export const dashboardOf = (id: string): Promise<Dashboard> => request(`${one(id)}/dashboard`);
export const ratersOf = (id: string): Promise<RaterRow[]> => request(`${one(id)}/raters`);

export const ruleRater = (id: string, rater: string, step: 'quarantine' | 'lift', reason: string): Promise<unknown> =>
  post(`${one(id)}/raters/${rater}/${step}`, { reason });

export const exportUrl = (id: string, format: 'csv' | 'json' | 'ava', what: 'votes' | 'entries'): string =>
  `${one(id)}/export${query({ format, what })}`;

export interface Results {
  entries: Entry[];
  curves: Curves | null;
  statistics: { entries: number; votes: number; raters: number; void: number; mean: number | null; alpha: number | null };
  raters: { pseudonym: string; consistency: number; votes: number }[];
  disqualified: Entry[];
}

export const resultsOf = (id: string): Promise<Results> => request(`${API}/challenges/${id}/results`);
export const submissionsTo = (id: string): Promise<Entry[]> => request(`${API}/challenges/${id}/submissions`);
export const submit = (id: string, artwork: string): Promise<Entry> => post(`${API}/challenges/${id}/submissions`, { artwork });
export const withdraw = (id: string, entry: string): Promise<void> =>
  request(`${API}/challenges/${id}/submissions/${entry}`, { method: 'DELETE' });
