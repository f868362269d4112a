// The queue as every tab sees it: kept in IndexedDB, changes told to the other tabs.
import { site } from '../api/site';
import type { Medium } from '../api/types';
import { loadItems, removeItems, saveItems, saveNew } from './database';
import { advance, type UploadEvent, type UploadItem } from './queue';

type Message = { kind: 'put'; items: UploadItem[] } | { kind: 'remove'; ids: string[] };

let current = $state.raw<UploadItem[]>([]);
const byId = new Map<string, UploadItem>();
/** Files added in this tab; spares reading them back from the database. */
export const localFiles = new Map<string, Blob>();
const removedListeners = new Set<(ids: string[]) => void>();
const changeListeners = new Set<() => void>();
const channel = new BroadcastChannel('connoisseur-uploads');
const owner = site.user?.email ?? '';

let drawing = false;
/** Listeners are told at once: a tab that is hidden before its next frame draws nothing, and must go on sending. */
function redraw(): void {
  for (const listener of changeListeners) listener();
  if (drawing) return;
  drawing = true;
  const draw = (): void => {
    drawing = false;
    current = [...byId.values()];
  };
  if (document.visibilityState === 'visible') requestAnimationFrame(draw);
  else setTimeout(draw, 200);
}

export function uploads(): UploadItem[] {
  return current;
}

/** The queue at this very moment, not as last drawn. */
export function uploadsNow(): UploadItem[] {
  return [...byId.values()];
}

export function uploadOf(id: string): UploadItem | undefined {
  return byId.get(id);
}

export function onRemoved(listener: (ids: string[]) => void): void {
  removedListeners.add(listener);
}

export function onQueueChange(listener: () => void): void {
  changeListeners.add(listener);
}

function take(items: UploadItem[]): void {
  for (const item of items) if (item.owner === owner) byId.set(item.id, item);
  redraw();
}

function drop(ids: string[]): void {
  for (const id of ids) {
    byId.delete(id);
    localFiles.delete(id);
  }
  for (const listener of removedListeners) listener(ids);
  redraw();
}

channel.onmessage = (event: MessageEvent<Message>) => {
  if (event.data.kind === 'put') take(event.data.items);
  else drop(event.data.ids);
};

/** Reads the queue that earlier pages left behind. */
export async function openQueue(): Promise<void> {
  try {
    take(await loadItems(owner));
  } catch {
    // No database (private window): the queue lives as long as this page.
  }
}

function put(items: UploadItem[], durable: boolean): void {
  take(items);
  channel.postMessage({ kind: 'put', items } satisfies Message);
  if (durable) void saveItems(items).catch(() => undefined);
}

/** Moves one item on; progress is told to the other tabs but not written to the database. */
export function apply(id: string, event: UploadEvent): void {
  const item = byId.get(id);
  if (!item) return;
  const next = advance(item, event);
  if (next === item) return;
  if (next.state === 'done' || next.state === 'duplicate') localFiles.delete(id);
  put([next], event.kind !== 'progress');
}

/** A file counts as in the queue, and is shown there, once leaving the page can no longer lose it. */
export async function enqueue(entries: { item: UploadItem; file: Blob | null }[]): Promise<void> {
  const stay = (event: Event): void => event.preventDefault();
  addEventListener('beforeunload', stay);
  try {
    for (const { item, file } of entries) {
      if (file) localFiles.set(item.id, file);
      await saveNew(item, file).catch(() => undefined);
      put([item], false);
    }
  } finally {
    removeEventListener('beforeunload', stay);
  }
}

export function removeUploads(ids: string[]): void {
  if (!ids.length) return;
  drop(ids);
  channel.postMessage({ kind: 'remove', ids } satisfies Message);
  void removeItems(ids).catch(() => undefined);
}

export function retryUploads(ids: string[]): void {
  for (const id of ids) apply(id, { kind: 'retry' });
}

/** Whether the waiting files are photos or paintings. */
export function setWaitingMedium(medium: Medium): void {
  const waiting = uploadsNow().filter((item) => ['waiting', 'checking', 'failed'].includes(item.state));
  if (waiting.length) put(waiting.map((item) => ({ ...item, medium })), true);
}
