// The one HTTP client: JSON in, JSON out, problem documents as ApiError.
import { ApiError, isAbort, parseProblem } from './problem';
import { csrfToken } from './site';

export const API = '/api/v1';

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  body?: unknown;
  signal?: AbortSignal;
}

function asInit({ method = 'GET', body, signal }: RequestOptions): RequestInit {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET') headers['X-CSRFToken'] = csrfToken();
  return {
    method,
    headers,
    credentials: 'same-origin',
    ...(signal ? { signal } : {}),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

/** Sends one request. Raises ApiError when refused or offline; aborts pass through. */
export async function request<T>(url: string, options: RequestOptions = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, asInit(options));
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError({ code: 'offline', status: 0 });
  }
  const text = await response.text();
  if (!response.ok) throw new ApiError(parseProblem(response.status, text));
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Query string of the values that say something; empty string when none does. */
export function query(params: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value !== null && value !== undefined && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : '';
}
