// Training, as the API speaks of it: what can be learned from, frozen snapshots, runs and their verdicts.
import { API, query, request } from './client';

export interface Target {
  key: string;
  label: string;
  /** Ends of its scale; 1 to 10 when they are not told. */
  low?: number;
  high?: number;
}

/** A picture of a snapshot; without `src` it was deleted. */
export interface Picture {
  sha256: string;
  src: string | null;
  title: string;
}

export interface CampaignSource {
  id: string;
  title: string;
  mode: string;
  /** Otherwise its organiser allowed it to be learned from. */
  mine: boolean;
  pictures: number;
  votes: number;
  raters: number;
  alpha: number | null;
}

export interface ImportedSource {
  id: string;
  name: string;
  kind: string;
  licence: string;
  steps: number;
  rows: number;
  /** Rows whose picture is here. */
  pictures: number;
  votes: number;
}

export interface Sources {
  targets: Target[];
  campaigns: CampaignSource[];
  imported: ImportedSource[];
  library: { pictures: number; votes: number };
}

/** What a snapshot is to be made of. */
export interface Spec {
  target: string;
  campaigns: string[];
  imported: string[];
  library: boolean;
  medium: 'photo' | 'painting' | null;
  fewest_votes: number;
  leave_out_doubted: boolean;
  /** Pictures that a model made are learned from too. */
  with_generated: boolean;
}

export interface Trouble {
  code: string;
  text: string;
}

export interface Parts {
  train: number;
  validation: number;
  test: number;
}

export interface Preview {
  pictures: number;
  votes: number;
  raters: number;
  media: { photo: number; painting: number };
  /** How many pictures have their mean about each of ten places of the scale, from its low end. */
  means: number[];
  votes_per_picture: { from: number; to: number | null; n: number }[];
  sources: { name: string; title: string; licence: string; pictures: number; votes: number; alpha: number | null }[];
  left_out: { code: string; n: number; text: string }[];
  /** Pictures that are the same file as another, whose votes go together. */
  same_file: number;
  parts: Parts;
  /** What else to know of the sources, as sentences. */
  notes?: string[];
  problem: Trouble | null;
  /** It can be trained, and leads to nothing. Reports of before have none. */
  caveats?: Trouble[];
}

export interface SnapshotReport extends Preview {
  near_duplicates: { groups: number; pictures: number; examples: Picture[][] };
  leaks: { kept_together: number; learned_before: number };
}

export interface Snapshot {
  id: string;
  name: string;
  by: string | null;
  target: Target;
  spec: Spec;
  state: 'freezing' | 'frozen' | 'failed';
  error: Trouble | null;
  digest: string;
  pictures: number;
  votes: number;
  parts: Parts;
  report: SnapshotReport | null;
  created_at: string;
  frozen_at: string | null;
  /** Pictures that were deleted since. */
  gone: number;
  runs: number;
}

export type RecipeKey = 'refine' | 'head' | 'fine-tune' | 'scratch' | 'generator';

export interface RecipeOffer {
  recipe: RecipeKey;
  title: string;
  text: string;
  fits: boolean;
  why_not: string | null;
  /** It can be trained, and leads to nothing. */
  caveat: Trouble | null;
  /** Whose a part of it is, unless another is chosen; empty where it is nobody's. */
  patent?: string;
  estimate_s: number | null;
  /** The estimate, and where it comes from, as a sentence. */
  words: string;
}

export interface Estimate {
  value: number;
  low: number;
  high: number;
}

export interface Figures {
  srcc: Estimate;
  emd_r2: Estimate | null;
  mae: Estimate;
  coverage: number | null;
  milliseconds: number | null;
  megabytes: number | null;
}

export interface Reason {
  code: string;
  ruling: 'pass' | 'veto' | 'note';
  text: string;
}

export interface SliceVerdict {
  key: string;
  title: string;
  pictures: number;
  /** Gains of the challenger; of `emd_r2` those below 0 are better. */
  srcc: Estimate | null;
  emd_r2: Estimate | null;
  vetoes: boolean;
}

export interface Verdict {
  passed: boolean;
  reasons: Reason[];
  pictures: number;
  challenger: Figures;
  champion: Figures | null;
  constant: Figures;
  gain: Estimate;
  emd_gain: Estimate | null;
  ceiling: Estimate | null;
  slices: SliceVerdict[];
}

export interface Flip {
  artwork: string;
  picture: Picture;
  part: 'train' | 'validation' | 'test';
  before: number;
  after: number;
  before_percentile: number;
  after_percentile: number;
  voted: number;
}

export interface Point {
  artwork: string;
  picture: Picture;
  voted: number;
  champion: number | null;
  challenger: number;
}

export interface RunReport {
  verdict: Verdict;
  flips: Flip[];
  points: Point[];
  trained_on: number;
  gone: number;
  learned_before: number;
  seconds: number;
}

export interface CurvePoint {
  phase: string;
  epoch: number;
  epochs: number;
  loss: number | null;
  /** Of a generator: the loss of its rival, and how far its samples are from real pictures. */
  discriminator?: number | null;
  kid?: number | null;
  srcc: number | null;
  emd_r2: number | null;
  coverage: number | null;
  images_per_s: number | null;
  /** How many validation pictures the figures are of; runs of before did not say. */
  watched?: number | null;
}

/** What a generator in training makes of the same latents after so many updates: one picture of many samples. */
export interface Sheet {
  updates: number;
  url: string;
  /** Its categories from the top, and the means asked for from the left; empty where nobody said. */
  rows: string[];
  columns: number[];
}

export interface Step {
  text?: string;
  done?: number;
  total?: number;
  eta_s?: number | null;
}

export interface Mistake {
  picture: Picture;
  said: number;
  voted: number;
}

export type RunState = 'queued' | 'running' | 'paused' | 'cancelled' | 'failed' | 'done';

export interface Arena {
  campaign: { id: string; title: string; state: string; link: string | null };
  pairs: number;
  decided: number;
  challenger: number;
  champion: number;
  /** Of the decided choices, how many follow the challenger, with its interval. */
  share: number | null;
  low: number | null;
  high: number | null;
  text: string;
}

/** What the gate takes; margins are in the units of what they bound. */
export interface Gate {
  margin: number;
  emd_margin: number;
  coverage_slack: number;
}

export interface RunFile {
  name: string;
  content_type: string;
  bytes: number;
}

/** A run in a list: without what only its own page shows. */
export interface RunBrief {
  id: string;
  snapshot: { id: string; name: string; digest: string; target: Target };
  recipe: RecipeKey;
  /** Of the model that comes of it. */
  kind?: string;
  changes: Record<string, unknown>;
  seed: number;
  by: string | null;
  state: RunState;
  wish: '' | 'pause' | 'cancel';
  step: Step | null;
  estimate_s: number | null;
  error: Trouble | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  champion: { id: string; name: string } | null;
  version: { id: string; name: string; state: string } | null;
  passed: boolean | null;
}

export interface Run extends RunBrief {
  curve: CurvePoint[];
  grids?: Sheet[];
  mistakes: Mistake[];
  report: RunReport | null;
  files: RunFile[];
  arena: Arena | null;
  gate?: Gate;
}

export interface LogLine {
  id: number;
  at: string;
  text: string;
}

const SNAPSHOTS = `${API}/snapshots`;
const RUNS = `${API}/training-runs`;
const post = <T>(url: string, body: unknown = {}): Promise<T> => request(url, { method: 'POST', body });

export const sourcesFor = (target: string): Promise<Sources> => request(`${API}/training-sources${query({ target })}`);
export const previewOf = (spec: Spec): Promise<Preview> => post(`${SNAPSHOTS}/preview`, spec);
export const allSnapshots = (): Promise<Snapshot[]> => request(SNAPSHOTS);
export const freeze = (name: string, spec: Spec): Promise<Snapshot> => post(SNAPSHOTS, { name, ...spec });
export const snapshotOf = (id: string): Promise<Snapshot> => request(`${SNAPSHOTS}/${id}`);
export const deleteSnapshot = (id: string): Promise<void> => request(`${SNAPSHOTS}/${id}`, { method: 'DELETE' });
export const manifestUrl = (id: string): string => `${SNAPSHOTS}/${id}/manifest`;

export const recipesFor = (snapshot: string): Promise<RecipeOffer[]> => request(`${RUNS}/recipes${query({ snapshot })}`);
export const allRuns = (snapshot?: string): Promise<RunBrief[]> => request(`${RUNS}${query({ snapshot })}`);
/** `changes`: what differs from the recipe's usual settings. */
export const train = (snapshot: string, recipe: RecipeKey, changes: Record<string, unknown> = {}): Promise<Run> => post(RUNS, { snapshot, recipe, ...(Object.keys(changes).length ? { changes } : {}) });
export const runOf = (id: string): Promise<Run> => request(`${RUNS}/${id}`);
export const turnRun = (id: string, step: 'pause' | 'resume' | 'cancel'): Promise<Run> => post(`${RUNS}/${id}/${step}`);
export const repeatRun = (id: string): Promise<Run> => post(`${RUNS}/${id}/repeat`);
export const deleteRun = (id: string): Promise<void> => request(`${RUNS}/${id}`, { method: 'DELETE' });
export const logOf = (id: string, after: number): Promise<{ lines: LogLine[] }> => request(`${RUNS}/${id}/log${query({ after })}`);
export const runFileUrl = (id: string, name: string): string => `${RUNS}/${id}/files/${encodeURIComponent(name)}`;
export const openArena = (id: string, pairs: number): Promise<Arena> => post(`${RUNS}/${id}/arena`, { pairs });
