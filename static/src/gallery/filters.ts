// What the wall shows, in which order; the same words in the address bar and in API calls. Pure.
import type { ListParams } from '../api/artworks';

export interface Filters {
  medium: '' | 'photo' | 'painting';
  state: '' | 'judging' | 'ready' | 'failed';
  scoreMin: number | null;
  scoreMax: number | null;
  from: string;
  to: string;
  /** One's own picks. */
  picks: '' | 'liked' | 'not';
  q: string;
  sort: Sort;
}

export const SORTS = ['-created', 'created', '-score', 'score', '-taste'] as const;
export type Sort = (typeof SORTS)[number];

export const NO_FILTERS: Filters = {
  medium: '',
  state: '',
  scoreMin: null,
  scoreMax: null,
  from: '',
  to: '',
  picks: '',
  q: '',
  sort: '-created',
};

const PICKS = new Map([
  ['true', 'liked'],
  ['false', 'not'],
]);

function oneOf<T extends string>(value: string | null, allowed: readonly T[], otherwise: T): T {
  return allowed.includes(value as T) ? (value as T) : otherwise;
}

function rating(value: string | null): number | null {
  const number = Number(value);
  return value !== null && value !== '' && number >= 1 && number <= 10 ? number : null;
}

function date(value: string | null): string {
  return value && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : '';
}

/** Reads filters from an address; whatever makes no sense is dropped. */
export function parseFilters(search: string): Filters {
  const params = new URLSearchParams(search);
  return {
    medium: oneOf(params.get('medium'), ['', 'photo', 'painting'], ''),
    state: oneOf(params.get('state'), ['', 'judging', 'ready', 'failed'], ''),
    scoreMin: rating(params.get('score_min')),
    scoreMax: rating(params.get('score_max')),
    from: date(params.get('created_from')),
    to: date(params.get('created_to')),
    picks: oneOf(PICKS.get(params.get('liked') ?? '') ?? '', ['', 'liked', 'not'], ''),
    q: (params.get('q') ?? '').trim(),
    sort: oneOf(params.get('sort'), SORTS, '-created'),
  };
}

/** The filters as parameters of a list call or an address, defaults left out. */
export function filterParams(filters: Filters): ListParams {
  const params: ListParams = {};
  if (filters.medium) params.medium = filters.medium;
  if (filters.state) params.state = filters.state;
  if (filters.scoreMin !== null) params.score_min = filters.scoreMin;
  if (filters.scoreMax !== null) params.score_max = filters.scoreMax;
  if (filters.from) params.created_from = filters.from;
  if (filters.to) params.created_to = filters.to;
  if (filters.picks) params.liked = String(filters.picks === 'liked');
  if (filters.q) params.q = filters.q;
  if (filters.sort !== '-created') params.sort = filters.sort;
  return params;
}

/** Midnight, local time, of a day in the address bar, moved by whole days. */
function midnight(day: string, days: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  return new Date(year, month - 1, date + days).toISOString();
}

/** The filters as an API call wants them: days become moments, the last day counts whole. */
export function apiParams(filters: Filters): ListParams {
  const params = filterParams(filters);
  if (filters.from) params.created_from = midnight(filters.from, 0);
  if (filters.to) params.created_to = midnight(filters.to, 1);
  return params;
}

/** How many filters narrow the wall; the order is not one. */
export function activeCount(filters: Filters): number {
  const score = filters.scoreMin !== null || filters.scoreMax !== null;
  const created = Boolean(filters.from || filters.to);
  return [filters.medium, filters.state, filters.picks, filters.q, score, created].filter(Boolean).length;
}

/** Whether a change of one artwork can move it in, out or along the wall. */
export function dependsOnResults(filters: Filters): boolean {
  const score = filters.scoreMin !== null || filters.scoreMax !== null;
  return score || Boolean(filters.state) || Boolean(filters.picks) || !filters.sort.endsWith('created');
}
