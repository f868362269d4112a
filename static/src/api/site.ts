// The data every page carries in its JSON scripts, read once.
import type { Site } from './types';

function readJson<T>(id: string, fallback: T): T {
  const element = document.getElementById(id);
  return element?.textContent ? (JSON.parse(element.textContent) as T) : fallback;
}

export const site: Site = readJson<Site>('site', {
  user: null,
  live_url: '',
  csrf_cookie: 'csrftoken',
  limits: { max_bytes: 0, max_pixels: 0, formats: [] },
  last_seq: 0,
});

export function islandProps(id: string): Record<string, unknown> {
  return readJson<Record<string, unknown>>(id, {});
}

export function csrfToken(): string {
  const prefix = `${site.csrf_cookie}=`;
  const pair = document.cookie.split('; ').find((part) => part.startsWith(prefix));
  return pair ? decodeURIComponent(pair.slice(prefix.length)) : '';
}
