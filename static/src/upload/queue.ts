// The life of a file on its way to the server, and what to do next. Pure.
// waiting -> checking -> waiting (checked) -> uploading -> done | duplicate | failed; failed -> waiting by retry.
import type { Medium } from '../api/types';

export type UploadState = 'waiting' | 'checking' | 'uploading' | 'done' | 'duplicate' | 'failed';

export interface UploadItem {
  id: string;
  owner: string;
  name: string;
  size: number;
  medium: Medium;
  album: string | null;
  state: UploadState;
  /** Bytes the server has. */
  sent: number;
  /** Set once hashed and not found on the server. */
  sha256: string | null;
  /** Where the server keeps the half-sent file. */
  uploadUrl: string | null;
  artworkId: string | null;
  reason: string;
  /** Refused here or by the server: only another file helps. */
  refused: boolean;
  /** Tries that ended by themselves; a person's retry starts again at zero. */
  attempts: number;
  /** Not before this time (ms) after a temporary failure. */
  notBefore: number;
  addedAt: number;
}

export type UploadEvent =
  | { kind: 'checking' }
  | { kind: 'checked'; sha256: string }
  | { kind: 'exists'; artworkId: string }
  | { kind: 'uploading' }
  | { kind: 'located'; uploadUrl: string }
  | { kind: 'progress'; sent: number }
  | { kind: 'finished'; artworkId: string | null; duplicate: boolean }
  | { kind: 'stalled'; reason: string }
  | { kind: 'failed'; reason: string; temporary: boolean; now: number; offline?: boolean; refused?: boolean }
  | { kind: 'interrupted' }
  | { kind: 'retry' };

export const MAX_ATTEMPTS = 5;
const BACKOFF_MS = 5_000;

const ALLOWED: Record<UploadEvent['kind'], UploadState[]> = {
  checking: ['waiting'],
  checked: ['checking'],
  exists: ['checking'],
  uploading: ['waiting'],
  located: ['uploading'],
  progress: ['uploading'],
  stalled: ['uploading'],
  finished: ['uploading'],
  failed: ['waiting', 'checking', 'uploading'],
  interrupted: ['checking', 'uploading'],
  retry: ['failed'],
};

/** The item after an event; the same item when the event makes no sense in its state. */
export function advance(item: UploadItem, event: UploadEvent): UploadItem {
  if (!ALLOWED[event.kind].includes(item.state) || item.refused) return item;
  switch (event.kind) {
    case 'checking':
    case 'uploading':
      return { ...item, state: event.kind, reason: '' };
    case 'checked':
      return { ...item, state: 'waiting', sha256: event.sha256 };
    case 'exists':
      return { ...item, state: 'duplicate', artworkId: event.artworkId, sent: item.size };
    case 'located':
      return { ...item, uploadUrl: event.uploadUrl };
    case 'progress':
      return { ...item, reason: '', sent: Math.min(item.size, Math.max(item.sent, event.sent)) };
    case 'stalled':
      return { ...item, reason: event.reason };
    case 'finished':
      return { ...item, state: event.duplicate ? 'duplicate' : 'done', artworkId: event.artworkId, sent: item.size };
    case 'failed':
      return failed(item, event);
    case 'interrupted':
      return { ...item, state: 'waiting' };
    case 'retry':
      return { ...item, state: 'waiting', reason: '', attempts: 0, notBefore: 0 };
  }
}

function failed(item: UploadItem, event: Extract<UploadEvent, { kind: 'failed' }>): UploadItem {
  const attempts = event.offline ? item.attempts : item.attempts + 1;
  if (event.temporary && attempts < MAX_ATTEMPTS) {
    const notBefore = event.now + BACKOFF_MS * (attempts + 1);
    return { ...item, state: 'waiting', reason: event.reason, attempts, notBefore };
  }
  return { ...item, state: 'failed', reason: event.reason, refused: event.refused ?? false, attempts, uploadUrl: null, sent: 0 };
}

export interface Slots {
  checking: number;
  uploading: number;
}

/** Which waiting items may start now, oldest first. */
export function startable(items: readonly UploadItem[], slots: Slots, now: number): { check: UploadItem[]; upload: UploadItem[] } {
  const running = (state: UploadState) => items.filter((item) => item.state === state).length;
  const due = items.filter((item) => item.state === 'waiting' && item.notBefore <= now);
  return {
    check: due.filter((item) => !item.sha256).slice(0, Math.max(0, slots.checking - running('checking'))),
    upload: due.filter((item) => item.sha256).slice(0, Math.max(0, slots.uploading - running('uploading'))),
  };
}

/** When to look again because of items that wait out a failure; null when there are none. */
export function nextDue(items: readonly UploadItem[], now: number): number | null {
  const later = items.filter((item) => item.state === 'waiting' && item.notBefore > now).map((item) => item.notBefore);
  return later.length ? Math.min(...later) : null;
}

export interface Totals {
  files: number;
  settled: number;
  failed: number;
  active: number;
  /** Byte-weighted, 0-1; files that failed count neither way. */
  fraction: number;
}

export function totals(items: readonly UploadItem[]): Totals {
  let size = 0;
  let sent = 0;
  const counts = { settled: 0, failed: 0 };
  for (const item of items) {
    if (item.state === 'failed') {
      counts.failed += 1;
      continue;
    }
    const done = item.state === 'done' || item.state === 'duplicate';
    if (done) counts.settled += 1;
    size += item.size;
    sent += done ? item.size : item.sent;
  }
  const active = items.length - counts.settled - counts.failed;
  const whole = active === 0 && counts.settled > 0;
  return { files: items.length, ...counts, active, fraction: whole ? 1 : size ? sent / size : 0 };
}
