// Calls about one's own taste. Nobody else can make them for one.
import { API, request } from '../api/client';

export interface Interval {
  value: number;
  low: number;
  high: number;
}

/** How well picks that were held out are foretold: shares of (liked, not liked) pairs in order. */
export interface Badge {
  picks: number;
  liked: number;
  own: Interval;
  crowd: Interval;
  gain: Interval;
  shown: boolean;
  text: string;
}

export interface Taste {
  picks: number;
  liked: number;
  disliked: number;
  needed: number;
  of_a_kind: number;
  state: 'gathering' | 'learning' | 'shown' | 'not_shown';
  badge: Badge | null;
}

export function getTaste(): Promise<Taste> {
  return request(`${API}/taste`);
}

/** Likes a picture, or not; null takes the pick back. */
export function pick(id: string, liked: boolean | null): Promise<Taste> {
  const url = `${API}/artworks/${id}/pick`;
  if (liked === null) return request(url, { method: 'DELETE' });
  return request(url, { method: 'PUT', body: { liked } });
}

export function forgetTaste(): Promise<void> {
  return request(`${API}/taste`, { method: 'DELETE' });
}
