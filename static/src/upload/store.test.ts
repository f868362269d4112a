// The queue keeps what it shows, and goes on where no frame is drawn.
import { expect, it, vi } from 'vitest';
import type { UploadItem } from './queue';

const item = (id: string): UploadItem => ({
  id, owner: '', name: `${id}.jpg`, size: 1, medium: 'photo', album: null, state: 'waiting', sent: 0, sha256: null, uploadUrl: null,
  artworkId: null, reason: '', refused: false, attempts: 0, notBefore: 0, addedAt: 0,
});

const saveNew = vi.fn(() => Promise.resolve());
vi.mock('./database', () => ({ saveNew, saveItems: () => Promise.resolve() }));
vi.stubGlobal('document', { visibilityState: 'visible', getElementById: () => null, cookie: '' });
vi.stubGlobal('addEventListener', () => undefined);
vi.stubGlobal('removeEventListener', () => undefined);

it('tells of every change in a tab that was hidden before its next frame', async () => {
  vi.stubGlobal('requestAnimationFrame', () => 0);
  const { apply, enqueue, onQueueChange } = await import('./store.svelte');
  const told = vi.fn();
  onQueueChange(told);
  await enqueue([{ item: item('a'), file: null }]);
  apply('a', { kind: 'checking' });
  apply('a', { kind: 'checked', sha256: 'f00' });
  expect(told).toHaveBeenCalledTimes(3);
});

it('holds no file that leaving the page would lose', async () => {
  const { enqueue, uploadOf } = await import('./store.svelte');
  let kept = (): void => undefined;
  saveNew.mockReturnValueOnce(new Promise((resolve) => (kept = resolve)));
  const queued = enqueue([{ item: item('b'), file: null }]);
  expect(uploadOf('b')).toBeUndefined();
  kept();
  await queued;
  expect(uploadOf('b')).toBeDefined();
});
