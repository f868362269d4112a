// Votes that the server has not answered yet, in IndexedDB, so that they outlive the page.
import { openDatabase, settled } from '../ui/indexeddb';
import type { Answered, Letter, Shelf } from './outbox.svelte';

const NAME = 'connoisseur-votes';

const open = (): Promise<IDBDatabase> =>
  openDatabase(NAME, (database) => database.createObjectStore('letters', { keyPath: 'id', autoIncrement: true }));

/** A shelf that closing the page does not empty; one of this page alone where none is to be had. */
export async function openShelf(): Promise<Shelf> {
  try {
    return onDisk(await open());
  } catch {
    return inMemory(); // a private window that keeps nothing
  }
}

function onDisk(database: IDBDatabase): Shelf {
  const tabs = new BroadcastChannel(NAME);
  const letters = (mode: IDBTransactionMode): IDBObjectStore => database.transaction('letters', mode).objectStore('letters');
  return {
    put: async (letter) => Number(await settled(letters('readwrite').put(letter))),
    all: (rater) => settled(letters('readonly').getAll() as IDBRequest<Letter[]>).then((found) => found.filter((letter) => letter.rater === rater)),
    remove: async (ids) => {
      const store = letters('readwrite');
      await Promise.all(ids.map((id) => settled(store.delete(id))));
    },
    tell: (answers) => tabs.postMessage(answers),
    listen: (hear) => {
      const told = ({ data }: MessageEvent<Answered[]>): void => hear(data);
      tabs.addEventListener('message', told);
      return () => tabs.removeEventListener('message', told);
    },
  };
}

export function inMemory(): Shelf {
  const kept = new Map<number, Letter>();
  const hearers = new Set<(answers: Answered[]) => void>();
  let last = 0;
  return {
    put: async (letter) => {
      const id = letter.id ?? ++last;
      kept.set(id, { ...letter, id });
      return id;
    },
    all: async (rater) => [...kept.values()].filter((letter) => letter.rater === rater),
    remove: async (ids) => ids.forEach((id) => kept.delete(id)),
    tell: (answers) => hearers.forEach((hear) => hear(answers)),
    listen: (hear) => {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
  };
}
