// The one HTTP client: JSON in, JSON out, problem documents as ApiError.
import { ApiError, isAbort, parseProblem } from './problem';
import { csrfToken } from './site';

export const API = '/api/v1';
const PAUSES_MS = [100, 400, 1_600];

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

async function once<T>(url: string, options: RequestOptions): Promise<T> {
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

/**
 * Sends one request. Raises ApiError when refused or offline; aborts pass through.
 *
 * One that gave way to another change was undone at the server, whatever it asked for: it is sent again.
 */
export async function request<T>(url: string, options: RequestOptions = {}): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await once<T>(url, options);
    } catch (error) {
      if (!(error instanceof ApiError && error.problem.code === 'collided')) throw error;
    }
    await new Promise((done) => setTimeout(done, pause));
  }
  return once<T>(url, options);
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
