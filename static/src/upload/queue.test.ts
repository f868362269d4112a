// The life of an upload and the order of the queue.
import { describe, expect, it } from 'vitest';
import { advance, MAX_ATTEMPTS, nextDue, startable, totals, type UploadItem } from './queue';

function item(change: Partial<UploadItem> = {}): UploadItem {
  return {
    id: 'a', owner: 'o@x', name: 'a.jpg', size: 1000, medium: 'photo', album: null, state: 'waiting', sent: 0,
    sha256: null, uploadUrl: null, artworkId: null, reason: '', refused: false, attempts: 0, notBefore: 0, addedAt: 0, ...change,
  };
}
const broken = (temporary: boolean, offline = false) =>
  ({ kind: 'failed', reason: 'why', temporary, now: 1000, offline }) as const;

describe('the life of an upload', () => {
  it('goes from waiting over checking and uploading to done', () => {
    let one = advance(item(), { kind: 'checking' });
    one = advance(one, { kind: 'checked', sha256: 'f00' });
    expect(one.state).toBe('waiting');
    one = advance(one, { kind: 'uploading' });
    one = advance(one, { kind: 'progress', sent: 400 });
    one = advance(one, { kind: 'finished', artworkId: 'w1', duplicate: false });
    expect(one).toMatchObject({ state: 'done', artworkId: 'w1', sent: 1000 });
  });

  it('ends before any byte when the server already has the file', () => {
    const one = advance(item({ state: 'checking' }), { kind: 'exists', artworkId: 'w9' });
    expect(one).toMatchObject({ state: 'duplicate', artworkId: 'w9', uploadUrl: null });
  });

  it('continues where it was after the tab died', () => {
    const cut = item({ state: 'uploading', sha256: 'f00', uploadUrl: '/u/1', sent: 300 });
    expect(advance(cut, { kind: 'interrupted' })).toMatchObject({ state: 'waiting', uploadUrl: '/u/1', sha256: 'f00' });
  });

  it('waits and tries again after a temporary failure, a limited number of times', () => {
    let one = item({ state: 'uploading', sha256: 'f00' });
    for (let i = 1; i < MAX_ATTEMPTS; i += 1) {
      one = advance(one, broken(true));
      expect(one.state).toBe('waiting');
      expect(one.notBefore).toBeGreaterThan(1000);
      one = advance({ ...one, notBefore: 0 }, { kind: 'uploading' });
    }
    expect(advance(one, broken(true))).toMatchObject({ state: 'failed', reason: 'why' });
  });

  it('never gives up because the network is gone', () => {
    let one = item({ state: 'uploading', sha256: 'f00' });
    for (let i = 0; i < 20; i += 1) one = advance(advance(one, broken(true, true)), { kind: 'uploading' });
    expect(one.attempts).toBe(0);
  });

  it('fails at once when the server refuses the file, and starts anew by retry', () => {
    const one = advance(item({ state: 'uploading', uploadUrl: '/u/1', sent: 900 }), broken(false));
    expect(one).toMatchObject({ state: 'failed', uploadUrl: null, sent: 0 });
    expect(advance(one, { kind: 'retry' })).toMatchObject({ state: 'waiting', reason: '', refused: false, attempts: 0 });
  });

  it('says that it waits for the server until bytes move again', () => {
    const one = advance(item({ state: 'uploading', sent: 300 }), { kind: 'stalled', reason: 'Waiting for the server.' });
    expect(one).toMatchObject({ state: 'uploading', reason: 'Waiting for the server.', sent: 300 });
    expect(advance(one, { kind: 'progress', sent: 400 })).toMatchObject({ reason: '', sent: 400 });
    expect(advance(item(), { kind: 'stalled', reason: 'x' }).reason).toBe('');
  });

  it('does not retry what the server refused for good', () => {
    const one = advance(item({ state: 'uploading', uploadUrl: '/u/1' }), { ...broken(false), refused: true });
    expect(one).toMatchObject({ state: 'failed', refused: true, uploadUrl: null });
    expect(advance(one, { kind: 'retry' })).toBe(one);
  });

  it('does not retry what was refused before it was sent', () => {
    const one = item({ state: 'failed', refused: true, reason: 'empty' });
    expect(advance(one, { kind: 'retry' })).toBe(one);
  });

  it('ignores events that come too late', () => {
    const done = item({ state: 'done' });
    expect(advance(done, { kind: 'progress', sent: 5 })).toBe(done);
    expect(advance(done, broken(true))).toBe(done);
  });

  it('never shows progress going back', () => {
    const one = item({ state: 'uploading', sent: 600 });
    expect(advance(one, { kind: 'progress', sent: 200 }).sent).toBe(600);
    expect(advance(one, { kind: 'progress', sent: 5000 }).sent).toBe(1000);
  });
});

describe('the queue', () => {
  const slots = { checking: 2, uploading: 3 };

  it('starts oldest first, within its slots', () => {
    const items = [
      item({ id: '1', state: 'uploading', sha256: 'x' }),
      ...['2', '3', '4'].map((id) => item({ id, sha256: 'x' })),
      ...['5', '6', '7'].map((id) => item({ id })),
    ];
    const { check, upload } = startable(items, slots, 0);
    expect(upload.map((one) => one.id)).toEqual(['2', '3']);
    expect(check.map((one) => one.id)).toEqual(['5', '6']);
  });

  it('leaves items alone until their time has come, and says when that is', () => {
    const items = [item({ notBefore: 5000 }), item({ notBefore: 9000 })];
    expect(startable(items, slots, 1000).check).toEqual([]);
    expect(nextDue(items, 1000)).toBe(5000);
    expect(nextDue([item()], 1000)).toBeNull();
  });

  it('weighs its progress by bytes and leaves failures out', () => {
    const items = [
      item({ size: 9000, state: 'uploading', sent: 3000 }),
      item({ size: 1000, state: 'duplicate' }),
      item({ size: 50_000, state: 'failed' }),
    ];
    expect(totals(items)).toEqual({ files: 3, settled: 1, failed: 1, active: 1, fraction: 0.4 });
  });

  it('is complete when everything settled, also with empty sizes', () => {
    expect(totals([item({ size: 0, state: 'duplicate' })]).fraction).toBe(1);
    expect(totals([]).fraction).toBe(0);
  });
});
