// What explains a judgement, as the API speaks it, and the calls that ask for it.
import { API, request } from './client';
import type { Artwork } from './types';

export type Source = 'learned' | 'measured';
export type Verdict = 'beats both' | 'beats random only' | 'beats neither';
export type WorkState = 'none' | 'queued' | 'running' | 'ready' | 'failed';

/** Rank correlation with people on `n` pictures that were not learned from; `raters` a picture, 0 where unknown. */
export interface Evidence {
  n: number;
  learned_from: number;
  tested_on: number;
  raters: number;
  srcc: number;
  srcc_low: number;
  srcc_high: number;
  baseline: { name: string; srcc: number } | null;
  crowd: string;
}

export interface AttributeReading {
  key: string;
  label: string;
  family: string;
  value: number | null;
  percentile: number | null;
  source: Source | null;
  low: number;
  high: number;
  low_word: string;
  high_word: string;
  choice: string | null;
  /** The words to choose from; empty where the answer is a number. */
  choices: string[];
  /** Whether the number may be read as an opinion; a measured fact is none. */
  judgement: boolean;
  missing: null | 'no_training_data' | 'not_proven';
  text: string;
  evidence: Evidence | null;
  /** The question put to people, how many answered it, and the reader's own answer. */
  asks: string;
  votes: number;
  mine: number | null;
}

export type Figure = number | { value: number; low: number; high: number } | null;

/** Deletion is better low, insertion and pointing are better high; all from 0 to 1. */
export interface Faithfulness {
  deletion: Figure;
  deletion_random: Figure;
  deletion_centre: Figure;
  insertion: Figure;
  insertion_random: Figure;
  insertion_centre: Figure;
  pointing: Figure;
  pointing_random: Figure;
  pointing_centre: Figure;
  verdict: Verdict;
}

export interface ActivationMap {
  key: string;
  kind: string;
  label: string;
  url: string;
  explains: string;
  faithfulness: Faithfulness | null;
}

export interface ExplanationState {
  state: WorkState;
  model: string | null;
  scorer: string | null;
  error_code: string;
  error_text: string;
}

/** One model version that judged the artwork. */
export interface JudgedBy {
  model: string;
  mean: number;
  interval: [number, number];
  distribution: number[];
  active: boolean;
  explained: boolean;
}

export interface Relative {
  id: string;
  title: string;
}
export interface DerivedRelative extends Relative {
  derivation: string;
  mean: number | null;
}

/** What an artwork's detail gains once it is explained; absent on servers that do not explain. */
export interface Explained {
  attributes?: AttributeReading[];
  maps?: ActivationMap[];
  palette?: string[];
  explanation?: ExplanationState;
  versions?: JudgedBy[];
  derived_from?: Relative | null;
  derivation?: string;
  derived?: DerivedRelative[];
}

export interface Proposal {
  id: string;
  key: string;
  words: string;
  edits: Record<string, number>;
  mean: number;
  interval: [number, number];
  /** By the scorer that was asked to improve, and by one that was not. */
  gain: number;
  second_gain: number;
  preview: string;
  width: number;
  height: number;
  saved_as: string | null;
  saving: boolean;
  /** Why saving it failed; empty when it did not. */
  error_text: string;
}

export interface Coaching {
  state: WorkState | 'nothing';
  model: string | null;
  second_model: string | null;
  before: number | null;
  /** Why there is no proposal. */
  reason: string;
  /** Why the coach failed. */
  error_text: string;
  proposals: Proposal[];
}

/** Asks for the explanation now, ahead of the pictures that nobody looks at. */
export function explain(id: string, model?: string): Promise<Artwork> {
  return request(`${API}/artworks/${id}/explain`, { method: 'POST', body: model ? { model } : {} });
}

/** One's own answer to the question of an attribute; null takes it back. */
export function answer(id: string, attribute: string, value: number | null): Promise<unknown> {
  const url = `${API}/artworks/${id}/attributes/${attribute}/rating`;
  if (value === null) return request(url, { method: 'DELETE' });
  return request(url, { method: 'PUT', body: { value } });
}

export function coaching(id: string, signal?: AbortSignal): Promise<Coaching> {
  return request(`${API}/artworks/${id}/coach`, signal ? { signal } : {});
}

export function askCoach(id: string): Promise<Coaching> {
  return request(`${API}/artworks/${id}/coach`, { method: 'POST', body: {} });
}

export function saveProposal(id: string, proposal: string): Promise<Coaching> {
  return request(`${API}/artworks/${id}/coach/${proposal}/save`, { method: 'POST', body: {} });
}
