// What the one HTTP client sends again, and what it does not.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const refused = (code: string): Response => new Response(JSON.stringify({ code }), { status: 503 });
const send = vi.fn<typeof fetch>();

async function ask(): Promise<unknown> {
  const { request } = await import('./client');
  const answer = request('/api/v1/albums/1/crop-batches', { method: 'POST', body: {} }).catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return answer;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { getElementById: () => null, cookie: '' });
  vi.stubGlobal('fetch', send);
});
afterEach(() => {
  send.mockReset();
  vi.useRealTimers();
});

it('sends again what gave way to another change', async () => {
  send.mockResolvedValueOnce(refused('collided')).mockResolvedValueOnce(new Response('{"id":1}'));
  expect(await ask()).toEqual({ id: 1 });
  expect(send).toHaveBeenCalledTimes(2);
});

it('says so in the end when it always gives way', async () => {
  send.mockImplementation(async () => refused('collided'));
  expect(await ask()).toMatchObject({ problem: { code: 'collided' } });
  expect(send).toHaveBeenCalledTimes(4);
});

it('sends nothing twice that may have been done', async () => {
  send.mockImplementation(async () => refused('unavailable'));
  expect(await ask()).toMatchObject({ problem: { code: 'unavailable' } });
  expect(send).toHaveBeenCalledTimes(1);
});
