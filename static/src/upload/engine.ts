// Does the uploading in the tab that leads: hash, ask, send, resume.
import type { Upload } from 'tus-js-client';
import { checkExisting, bulk } from '../api/artworks';
import { API } from '../api/client';
import { ApiError, isAboutFile, isOutage, isTemporary, messageFor, parseProblem, reasonOf, type Problem } from '../api/problem';
import { csrfToken } from '../api/site';
import { onStatus } from '../live/client';
import { loadFile } from './database';
import { titleFrom } from './formats';
import { nextDue, startable, type UploadItem } from './queue';
import { apply, localFiles, onQueueChange, onRemoved, openQueue, uploadOf, uploadsNow } from './store.svelte';

const SLOTS = { checking: 6, uploading: 3 };
const ONE_REQUEST = 1024 * 1024;
const CHECK_TOGETHER_MS = 40;
const SERVER_AWAY = 'Waiting for the server.';
const FILE_GONE = 'The file is no longer at hand. Add it again.';

let leading = false;
let timer: ReturnType<typeof setTimeout> | undefined;
const running = new Map<string, Upload>();

export function isLeading(): boolean {
  return leading;
}

/** Takes over the queue: what an earlier tab left half done starts again where it was. */
export async function lead(): Promise<void> {
  await openQueue();
  leading = true;
  for (const item of uploadsNow()) apply(item.id, { kind: 'interrupted' });
  onQueueChange(pumpSoon);
  onRemoved((ids) => ids.forEach(abort));
  onStatus((status) => status === 'live' && pumpSoon());
  addEventListener('online', pumpSoon);
  pump();
}

function abort(id: string): void {
  const upload = running.get(id);
  running.delete(id);
  void upload?.abort(true).catch(() => undefined);
}

let pumping = false;
function pumpSoon(): void {
  if (pumping) return;
  pumping = true;
  queueMicrotask(() => {
    pumping = false;
    pump();
  });
}

function pump(): void {
  const now = Date.now();
  const { check, upload } = startable(uploadsNow(), SLOTS, now);
  for (const item of check) {
    apply(item.id, { kind: 'checking' });
    void checkOne(item);
  }
  for (const item of upload) {
    apply(item.id, { kind: 'uploading' });
    void send(item.id);
  }
  const due = nextDue(uploadsNow(), now);
  clearTimeout(timer);
  if (due !== null) timer = setTimeout(pump, due - now + 20);
  void keepAwake(running.size > 0);
}

function fail(id: string, problem: Problem): void {
  const offline = isOutage(problem);
  const reason = offline ? SERVER_AWAY : messageFor(problem);
  const [temporary, refused] = [isTemporary(problem), isAboutFile(problem.code)];
  apply(id, { kind: 'failed', reason, temporary, now: Date.now(), offline, refused });
}

/** Whether the sender should try again by itself; the row says meanwhile what it waits for. */
function shouldRetry(id: string, problem: Problem): boolean {
  if (!isTemporary(problem)) return false;
  apply(id, { kind: 'stalled', reason: isOutage(problem) ? SERVER_AWAY : messageFor(problem) });
  return true;
}

async function fileOf(id: string): Promise<Blob | undefined> {
  return localFiles.get(id) ?? (await loadFile(id).catch(() => undefined));
}

// --- hashing, in a worker

let worker: Worker | null = null;
const hashing = new Map<string, (sha256: string | null) => void>();

function hash(id: string, file: Blob): Promise<string | null> {
  worker ??= startWorker();
  const done = new Promise<string | null>((resolve) => hashing.set(id, resolve));
  worker.postMessage({ id, file });
  return done;
}

function startWorker(): Worker {
  const started = new Worker(new URL('./hash.worker.ts', import.meta.url), { type: 'module' });
  started.onmessage = (event: MessageEvent<{ id: string; sha256: string | null }>) => {
    hashing.get(event.data.id)?.(event.data.sha256);
    hashing.delete(event.data.id);
  };
  return started;
}

async function checkOne(item: UploadItem): Promise<void> {
  const file = await fileOf(item.id);
  const sha256 = file ? await hash(item.id, file) : null;
  if (!sha256) {
    apply(item.id, { kind: 'failed', reason: FILE_GONE, temporary: false, now: Date.now() });
    return;
  }
  asked.push({ id: item.id, sha256 });
  askTimer ??= setTimeout(() => void askAll(), CHECK_TOGETHER_MS);
}

// --- asking for several sums in one request

let asked: { id: string; sha256: string }[] = [];
let askTimer: ReturnType<typeof setTimeout> | undefined;

async function askAll(): Promise<void> {
  const batch = asked;
  asked = [];
  askTimer = undefined;
  try {
    const existing = await checkExisting(batch.map(({ sha256 }) => sha256));
    for (const { id, sha256 } of batch) {
      const artworkId = existing[sha256];
      apply(id, artworkId ? { kind: 'exists', artworkId } : { kind: 'checked', sha256 });
      if (artworkId) void intoAlbum(id, artworkId);
    }
  } catch (error) {
    const problem = error instanceof ApiError ? error.problem : { code: 'error', status: 500 };
    for (const { id } of batch) fail(id, problem);
  }
}

async function intoAlbum(id: string, artworkId: string): Promise<void> {
  const album = uploadOf(id)?.album;
  if (!album) return;
  try {
    await bulk({ action: 'add_to_album', album }, [artworkId]);
  } catch (error) {
    console.warn(`Not added to the album: ${reasonOf(error)}`);
  }
}

// --- sending

function problemOf(error: unknown): Problem {
  const response = (error as { originalResponse?: { getStatus(): number; getBody(): string } | null }).originalResponse;
  if (!response || response.getStatus() === 0) return { code: 'offline', status: 0 };
  return parseProblem(response.getStatus(), response.getBody());
}

async function send(id: string): Promise<void> {
  const file = await fileOf(id);
  const item = uploadOf(id);
  if (!item) return;
  if (!file) {
    apply(id, { kind: 'failed', reason: FILE_GONE, temporary: false, now: Date.now() });
    return;
  }
  const { Upload } = await import('tus-js-client');
  const upload = new Upload(file, {
    endpoint: `${API}/uploads`,
    uploadUrl: item.uploadUrl,
    metadata: { filename: item.name, medium: item.medium, title: titleFrom(item.name), sha256: item.sha256 ?? '' },
    // A small file goes in one request; a large one first gets an address to continue at.
    uploadDataDuringCreation: file.size <= ONE_REQUEST,
    storeFingerprintForResuming: false,
    retryDelays: [300, 1_000, 3_000],
    onBeforeRequest: (request) => request.setHeader('X-CSRFToken', csrfToken()),
    onShouldRetry: (error) => shouldRetry(id, problemOf(error)),
    onUploadUrlAvailable: () => {
      if (upload.url) apply(id, { kind: 'located', uploadUrl: upload.url });
    },
    onProgress: (sent) => progress(id, sent),
    onError: (error) => {
      running.delete(id);
      fail(id, problemOf(error));
    },
    onSuccess: ({ lastResponse }) => {
      running.delete(id);
      const artworkId = lastResponse.getHeader('Artwork-Id') ?? null;
      const duplicate = lastResponse.getHeader('Artwork-Duplicate') === '1';
      if (artworkId) void intoAlbum(id, artworkId);
      apply(id, { kind: 'finished', artworkId, duplicate });
    },
  });
  running.set(id, upload);
  upload.start();
}

const lastProgress = new Map<string, number>();
function progress(id: string, sent: number): void {
  const now = performance.now();
  if (now - (lastProgress.get(id) ?? 0) < 150) return;
  lastProgress.set(id, now);
  apply(id, { kind: 'progress', sent });
}

// --- keeping the machine awake while bytes move

let wake: WakeLockSentinel | null = null;
async function keepAwake(wanted: boolean): Promise<void> {
  if (!wanted && wake) {
    const held = wake;
    wake = null;
    await held.release().catch(() => undefined);
  }
  if (wanted && !wake && document.visibilityState === 'visible') {
    wake = (await navigator.wakeLock?.request('screen').catch(() => null)) ?? null;
    wake?.addEventListener('release', () => (wake = null));
  }
}
