// Versions of models, as the API speaks of them: who judges, who could, who did, and how the library follows.
import { API, query, request } from './client';
import { parseProblem, ApiError } from './problem';
import { csrfToken } from './site';
import type { Trouble } from './training';

export type Alias = 'champion' | 'challenger' | 'previous';

export interface Version {
  id: string;
  kind: string;
  name: string;
  digest: string;
  state: 'registered' | 'active' | 'retired';
  aliases: Alias[];
  builtin: string;
  created_at: string;
  /** Whether a worker has loaded it and met the golden answers of its card; `flaw`: why not. */
  proof: 'waiting' | 'sound' | 'refused';
  flaw: Trouble | null;
  /** What it came of; null when it was shipped or imported. */
  run: { id: string; passed: boolean | null } | null;
  /** The last samples that the run of a generator showed. */
  sheet?: string | null;
  override: { by: string | null; reason: string; at: string } | null;
  can: { promote: boolean; roll_back: boolean; why_not: Trouble | null };
  /** What workers that hold it say of themselves. */
  served_by: string[];
}

export interface VersionChange {
  at: string;
  kind: 'shipped' | 'promoted' | 'rolled_back';
  version: { id: string; name: string };
  replaced: { id: string; name: string } | null;
  by: string | null;
  reason: string;
}

export interface Rescoring {
  version: string | null;
  total: number;
  done: number;
  failed: number;
  eta_s: number | null;
}

const VERSIONS = `${API}/model-versions`;
const one = (id: string): string => `${VERSIONS}/${id}`;
const post = <T>(url: string, body: unknown = {}): Promise<T> => request(url, { method: 'POST', body });

export const versionsOf = (kind?: string): Promise<Version[]> => request(`${VERSIONS}${query({ kind })}`);
export const versionOf = (id: string): Promise<Version> => request(one(id));
export const versionChanges = (): Promise<VersionChange[]> => request(`${VERSIONS}/changes`);
export const promote = (id: string, reason: string): Promise<Version> => post(`${one(id)}/promote`, { reason });
export const rollBack = (id: string, reason: string): Promise<Version> => post(`${one(id)}/rollback`, { reason });
export const overrideGate = (id: string, reason: string): Promise<Version> => request(`${one(id)}/override`, { method: 'PUT', body: { reason } });
export const withdrawOverride = (id: string): Promise<void> => request(`${one(id)}/override`, { method: 'DELETE' });
export const exportUrl = (id: string): string => `${one(id)}/export`;
export const cardUrl = (id: string): string => `${one(id)}/card`;
export const rescoring = (): Promise<Rescoring> => request(`${API}/rescoring`);

/** Takes in a version that was exported elsewhere. Raises ApiError when the file is refused. */
export async function importVersion(file: File): Promise<Version> {
  const body = new FormData();
  body.set('file', file);
  let response: Response;
  try {
    const headers = { Accept: 'application/json', 'X-CSRFToken': csrfToken() };
    response = await fetch(`${VERSIONS}/import`, { method: 'POST', headers, body, credentials: 'same-origin' });
  } catch {
    throw new ApiError({ code: 'offline', status: 0 });
  }
  const text = await response.text();
  if (!response.ok) throw new ApiError(parseProblem(response.status, text));
  return JSON.parse(text) as Version;
}
