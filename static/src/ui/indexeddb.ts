// IndexedDB as promises: opening a database, and one request's answer.

/** Opens a database, made by `setUp` on the first visit. */
export function openDatabase(name: string, setUp: (database: IDBDatabase) => void): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => setUp(request.result);
  return settled(request);
}

export function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
