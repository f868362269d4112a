// Where an artwork hangs on the wall it was opened from, and what hangs beside it.
import type { ArtworkSource, ListParams } from '../api/artworks';
import type { Card } from '../api/types';
import { apiParams, parseFilters } from '../gallery/filters';

export interface Place {
  index: number;
  count: number;
  previous: Card | null;
  next: Card | null;
}

const NEARBY = 40;
const FROM_START = 200;

/** The wall an artwork's address names: its filters, its album, and the position on it. */
export function wallOf(search: string): { params: ListParams; index: number | null } {
  const address = new URLSearchParams(search);
  const album = address.get('album');
  const index = address.get('i');
  return {
    params: { ...apiParams(parseFilters(search)), ...(album ? { album } : {}) },
    index: index !== null && /^\d+$/.test(index) ? Number(index) : null,
  };
}

/** Finds the artwork on its wall, even when others came or went since. Null when it is not there. */
export async function findPlace(source: ArtworkSource, id: string, search: string, signal: AbortSignal): Promise<Place | null> {
  const { params, index } = wallOf(search);
  if (index !== null) {
    const exact = await look(source, params, id, Math.max(0, index - 1), 3, signal);
    if (exact) return exact;
    const near = await look(source, params, id, Math.max(0, index - NEARBY), NEARBY * 2, signal);
    if (near) return near;
  }
  return look(source, params, id, 0, FROM_START, signal);
}

/** Fetches a neighbour's picture before anybody turns to it. */
export function preload(card: Card | null | undefined): void {
  if (card?.thumb) new Image().src = card.thumb.replace('/small.', '/medium.');
}

async function look(
  source: ArtworkSource,
  params: ListParams,
  id: string,
  offset: number,
  limit: number,
  signal: AbortSignal,
): Promise<Place | null> {
  const { count, results } = await source.page(params, offset, limit, signal);
  const at = results.findIndex((card) => card.id === id);
  if (at < 0) return null;
  const index = offset + at;
  const complete = (at > 0 || index === 0) && (at < results.length - 1 || index === count - 1);
  if (!complete && limit > 3) return look(source, params, id, Math.max(0, index - 1), 3, signal);
  return { index, count, previous: results[at - 1] ?? null, next: results[at + 1] ?? null };
}
