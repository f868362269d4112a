// The queue goes on where no frame is drawn.
import { expect, it, vi } from 'vitest';
import type { UploadItem } from './queue';

const item = (id: string): UploadItem => ({
  id, owner: '', name: `${id}.jpg`, size: 1, medium: 'photo', album: null, state: 'waiting', sent: 0, sha256: null, uploadUrl: null,
  artworkId: null, reason: '', refused: false, attempts: 0, notBefore: 0, addedAt: 0,
});

it('tells of every change in a tab that was hidden before its next frame', async () => {
  vi.stubGlobal('document', { visibilityState: 'visible', getElementById: () => null, cookie: '' });
  vi.stubGlobal('requestAnimationFrame', () => 0);
  const { apply, enqueue, onQueueChange } = await import('./store.svelte');
  const told = vi.fn();
  onQueueChange(told);
  void enqueue([{ item: item('a'), file: null }]);
  apply('a', { kind: 'checking' });
  apply('a', { kind: 'checked', sha256: 'f00' });
  expect(told).toHaveBeenCalledTimes(3);
});
