// Files come in: chosen, dropped (folders too) or pasted.
import { site } from '../api/site';
import { say } from '../ui/toasts.svelte';
import { plural } from '../ui/words';
import { acceptOf, looksSupported, refusal } from './formats';
import { next } from './preferences.svelte';
import type { UploadItem } from './queue';
import { enqueue, uploadsNow } from './store.svelte';

function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function itemFor(file: File, order: number): UploadItem {
  const reason = refusal(file, site.limits);
  return {
    id: newId(),
    owner: site.user?.email ?? '',
    name: file.name,
    size: file.size,
    medium: next.medium,
    album: next.album,
    state: reason ? 'failed' : 'waiting',
    sent: 0,
    sha256: null,
    uploadUrl: null,
    artworkId: null,
    reason,
    refused: reason !== '',
    attempts: 0,
    notBefore: 0,
    addedAt: Date.now() + order / 10_000,
  };
}

/** Puts files in the queue. From a folder, what is no picture is left out with a word. */
export async function addFiles(files: File[], fromFolder = false): Promise<void> {
  const wanted = fromFolder ? files.filter((file) => looksSupported(file, site.limits)) : files;
  const skipped = files.length - wanted.length;
  if (skipped) say(`${plural(skipped, 'other file')} in the folder left out`);
  const active = new Set(
    uploadsNow().filter((item) => ['waiting', 'checking', 'uploading'].includes(item.state)).map((item) => `${item.name}/${item.size}`),
  );
  const fresh = wanted.filter((file) => !active.has(`${file.name}/${file.size}`));
  const doubled = wanted.length - fresh.length;
  if (doubled) say(`${plural(doubled, 'picture is', 'pictures are')} on the way already`);
  if (fresh.length) await enqueue(fresh.map((file, order) => ({ item: itemFor(file, order), file })));
}

/** Opens the system's file picker. */
export function pickFiles(folder = false): Promise<void> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    if (folder) input.webkitdirectory = true;
    else input.accept = acceptOf(site.limits);
    input.onchange = () => resolve(addFiles([...(input.files ?? [])], folder));
    input.oncancel = () => resolve();
    input.click();
  });
}

async function readDirectory(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (!batch.length) return entries;
    entries.push(...batch);
  }
}

async function filesUnder(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  }
  const files: File[] = [];
  for (const child of await readDirectory(entry as FileSystemDirectoryEntry)) files.push(...(await filesUnder(child)));
  return files;
}

/** Everything that was dropped, with the contents of folders. */
export async function addDropped(transfer: DataTransfer): Promise<void> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  const loose = [...transfer.files];
  const folders = entries.filter((entry) => entry.isDirectory);
  if (!folders.length) return addFiles(loose);
  const single = entries.filter((entry) => entry.isFile);
  const singles = (await Promise.all(single.map(filesUnder))).flat();
  if (singles.length) await addFiles(singles);
  for (const folder of folders) await addFiles(await filesUnder(folder), true);
}
