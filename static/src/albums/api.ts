// Calls about albums and their share links.
import { API, request } from '../api/client';
import type { Album, Share } from '../api/types';

interface Listed<T> {
  results: T[];
}

/** Lists may come bare or paged; both read the same here. */
function rows<T>(body: T[] | Listed<T>): T[] {
  return Array.isArray(body) ? body : body.results;
}

export async function listAlbums(): Promise<Album[]> {
  return rows(await request<Album[] | Listed<Album>>(`${API}/albums`));
}

export function createAlbum(title: string): Promise<Album> {
  return request(`${API}/albums`, { method: 'POST', body: { title } });
}

export function renameAlbum(id: string, title: string): Promise<Album> {
  return request(`${API}/albums/${id}`, { method: 'PATCH', body: { title } });
}

export function deleteAlbum(id: string): Promise<void> {
  return request(`${API}/albums/${id}`, { method: 'DELETE' });
}

export async function listShares(album: string): Promise<Share[]> {
  return rows(await request<Share[] | Listed<Share>>(`${API}/albums/${album}/shares`));
}

export interface ShareWish {
  expires_at: string | null;
  allow_originals: boolean;
}

export function createShare(album: string, wish: ShareWish): Promise<Share> {
  return request(`${API}/albums/${album}/shares`, { method: 'POST', body: wish });
}

export function revokeShare(id: string): Promise<void> {
  return request(`${API}/shares/${id}`, { method: 'DELETE' });
}
