// The queue and its files in IndexedDB, so that both outlive the page.
import { openDatabase, settled } from '../ui/indexeddb';
import type { UploadItem } from './queue';

const NAME = 'connoisseur-uploads';
let opening: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opening ??= openDatabase(NAME, (database) => {
    database.createObjectStore('items', { keyPath: 'id' });
    database.createObjectStore('files');
  });
  return opening;
}

async function write(act: (items: IDBObjectStore, files: IDBObjectStore) => void): Promise<void> {
  const transaction = (await open()).transaction(['items', 'files'], 'readwrite');
  act(transaction.objectStore('items'), transaction.objectStore('files'));
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

export async function loadItems(owner: string): Promise<UploadItem[]> {
  const store = (await open()).transaction('items').objectStore('items');
  const items = await settled(store.getAll() as IDBRequest<UploadItem[]>);
  return items.filter((item) => item.owner === owner).sort((a, b) => a.addedAt - b.addedAt);
}

export async function loadFile(id: string): Promise<Blob | undefined> {
  const store = (await open()).transaction('files').objectStore('files');
  return settled(store.get(id) as IDBRequest<Blob | undefined>);
}

export function saveNew(item: UploadItem, file: Blob | null): Promise<void> {
  return write((items, files) => {
    items.put(item);
    if (file) files.put(file, item.id);
  });
}

/** Saves changed items; the bytes of those that arrived are let go. */
export function saveItems(changed: UploadItem[]): Promise<void> {
  return write((items, files) => {
    for (const item of changed) {
      items.put(item);
      if (item.state === 'done' || item.state === 'duplicate') files.delete(item.id);
    }
  });
}

export function removeItems(ids: string[]): Promise<void> {
  return write((items, files) => {
    for (const id of ids) {
      items.delete(id);
      files.delete(id);
    }
  });
}
