// Hashes files off the main thread, one message per file.
import { Sha256 } from './sha256';

const CHUNK = 4 * 1024 * 1024;
const WHOLE = 48 * 1024 * 1024;

async function hashOf(file: Blob): Promise<string> {
  if (self.crypto?.subtle && file.size <= WHOLE) {
    const digest = new Uint8Array(await self.crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
    return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  const hash = new Sha256();
  for (let at = 0; at < file.size; at += CHUNK) {
    hash.update(new Uint8Array(await file.slice(at, at + CHUNK).arrayBuffer()));
  }
  return hash.hex();
}

self.onmessage = async (event: MessageEvent<{ id: string; file: Blob }>) => {
  const { id, file } = event.data;
  try {
    self.postMessage({ id, sha256: await hashOf(file) });
  } catch {
    self.postMessage({ id, sha256: null });
  }
};
