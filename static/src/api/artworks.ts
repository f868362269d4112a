// Calls about artworks. A share page reads the same shapes from another base address.
import { API, query, request } from './client';
import type { Artwork, Card, Layout, Medium, Page } from './types';

export type ListParams = Record<string, string | number>;

export interface ArtworkSource {
  layout(params: ListParams, signal?: AbortSignal): Promise<Layout>;
  page(params: ListParams, offset: number, limit: number, signal?: AbortSignal): Promise<Page<Card>>;
  /** As the active model sees it, or as the named version did. */
  artwork(id: string, signal?: AbortSignal, model?: string | null): Promise<Artwork>;
}

function source(layout: string, list: string): ArtworkSource {
  return {
    layout: (params, signal) => request(`${layout}${query(params)}`, signal ? { signal } : {}),
    page: (params, offset, limit, signal) =>
      request(`${list}${query({ ...params, offset, limit })}`, signal ? { signal } : {}),
    artwork: (id, signal, model) => request(`${list}/${id}${query({ model })}`, signal ? { signal } : {}),
  };
}

export const ownArtworks = source(`${API}/artworks/layout`, `${API}/artworks`);

export function sharedArtworks(base: string): ArtworkSource {
  return source(`${base}/layout`, `${base}/artworks`);
}

export type BulkAction =
  | { action: 'delete' | 'restore' }
  | { action: 'medium'; medium: Medium }
  | { action: 'add_to_album' | 'remove_from_album'; album: string };

const BULK_LIMIT = 500;

/** Applies one action to any number of artworks, in slices the server accepts. */
export async function bulk(change: BulkAction, ids: string[]): Promise<void> {
  for (let start = 0; start < ids.length; start += BULK_LIMIT) {
    const slice = ids.slice(start, start + BULK_LIMIT);
    await request(`${API}/artworks/bulk`, { method: 'POST', body: { ...change, ids: slice } });
  }
}

export function editArtwork(id: string, change: { title?: string; medium?: Medium }): Promise<Artwork> {
  return request(`${API}/artworks/${id}`, { method: 'PATCH', body: change });
}

export function deleteArtwork(id: string): Promise<void> {
  return request(`${API}/artworks/${id}`, { method: 'DELETE' });
}

export function restoreArtwork(id: string): Promise<void> {
  return request(`${API}/artworks/${id}/restore`, { method: 'POST' });
}

export function retryArtwork(id: string): Promise<void> {
  return request(`${API}/artworks/${id}/retry`, { method: 'POST' });
}

export function rate(id: string, value: number | null): Promise<unknown> {
  const url = `${API}/artworks/${id}/rating`;
  if (value === null) return request(url, { method: 'DELETE' });
  return request(url, { method: 'PUT', body: { value } });
}

/** Which of these sha256 sums the account already holds, and as which artwork. */
export async function checkExisting(sha256: string[]): Promise<Record<string, string>> {
  const body = await request<{ existing: Record<string, string> }>(`${API}/uploads/check`, {
    method: 'POST',
    body: { sha256 },
  });
  return body.existing;
}

export function addDemo(): Promise<unknown> {
  return request(`${API}/demo`, { method: 'POST' });
}
