// Votes on their way: none lost, none sent by two.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/problem';
import type { Heard, Progress, Vote } from '../api/rating';
import { inMemory } from './database';
import { Outbox, type Shelf } from './outbox.svelte';

const vote = (token: string, value = 7): Vote => ({ token, kind: 'score', value, dwell_ms: 900, cast_at: '2029-01-01T00:00:00Z' });
const refusal = (status: number, code = 'error'): ApiError => new ApiError({ code, status });

class Server {
  got: Vote[] = [];
  trouble: ((votes: Vote[]) => ApiError | null) | null = null;
  told: (string | null)[] = [];
  reasons: string[] = [];

  box(shelf: Shelf, rater = 'r'): Outbox {
    return new Outbox(shelf, rater, {
      send: async (votes) => this.receive(votes),
      heard: (answers) => this.told.push(...answers.map(({ result }) => result?.code ?? null)),
      stuck: (reason) => this.reasons.push(reason),
    });
  }

  private receive(votes: Vote[]): Heard {
    const trouble = this.trouble?.(votes);
    if (trouble) throw trouble;
    this.got.push(...votes);
    const results = votes.map(({ token }) => ({ token, status: 'counted' as const, code: 'ok', text: '', vote: token, crowd: null }));
    return { results, progress: {} as Progress };
  }
}

const tokens = (votes: Vote[]): string[] => votes.map(({ token }) => token);
let shelf: Shelf;
let server: Server;

beforeEach(() => {
  vi.useFakeTimers();
  shelf = inMemory();
  server = new Server();
});

describe('a vote', () => {
  it('is sent at once and then forgotten', async () => {
    const box = server.box(shelf);
    await box.post(vote('a'));
    await vi.runAllTimersAsync();
    expect(tokens(server.got)).toEqual(['a']);
    expect(await shelf.all('r')).toEqual([]);
    expect([box.waiting, server.told]).toEqual([0, ['ok']]);
  });

  it('waits while the server is away and goes in the order it was given', async () => {
    server.trouble = () => refusal(0, 'offline');
    const box = server.box(shelf);
    for (const token of ['a', 'b', 'c']) await box.post(vote(token));
    await vi.advanceTimersByTimeAsync(500);
    expect([box.waiting, box.away, server.reasons]).toEqual([3, true, []]);
    server.trouble = null;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tokens(server.got)).toEqual(['a', 'b', 'c']);
    expect([box.waiting, box.away]).toEqual([0, false]);
  });

  it('outlives its page', async () => {
    server.trouble = () => refusal(503);
    await server.box(shelf).post(vote('a'));
    server.trouble = null;
    const next = server.box(shelf);
    expect(tokens(await next.open())).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(0);
    expect(tokens(server.got)).toContain('a');
  });

  it('is never sent for somebody else at the same browser', async () => {
    server.trouble = () => refusal(503);
    await server.box(shelf, 'guest').post(vote('a'));
    server.trouble = null;
    await server.box(shelf, 'other').open();
    await vi.advanceTimersByTimeAsync(0);
    expect(server.got).toEqual([]);
  });

  it('does not hold the others up when it cannot be read', async () => {
    server.trouble = () => refusal(503);
    const box = server.box(shelf);
    for (const token of ['a', 'bad', 'c']) await box.post(vote(token));
    server.trouble = (votes) => (tokens(votes).includes('bad') ? refusal(400) : null);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tokens(server.got)).toEqual(['a', 'c']);
    expect(server.reasons).toHaveLength(1);
    expect(box.waiting).toBe(0);
  });

  it('that another tab sent is not sent again', async () => {
    const box = server.box(shelf);
    const id = await box.post(vote('a'), true);
    await shelf.remove([id]);
    await box.release(id, '');
    await box.flush();
    expect(server.got).toEqual([]);
    expect(server.told).toEqual([null]);
  });
});

it('is answered to the tab that gave it, whichever tab sent it', async () => {
  const giver = new Server();
  giver.trouble = () => refusal(503);
  await giver.box(shelf).post(vote('a'));
  await server.box(shelf).open();
  await vi.advanceTimersByTimeAsync(0);
  expect([giver.got, giver.told]).toEqual([[], ['ok']]);
});

describe('a vote that waits for its comment', () => {
  it('goes with it', async () => {
    const box = server.box(shelf);
    const id = await box.post(vote('low', 2), true);
    await vi.runAllTimersAsync();
    expect(server.got).toEqual([]);
    await box.release(id, 'Too dark.');
    await vi.runAllTimersAsync();
    expect(server.got).toEqual([{ ...vote('low', 2), comment: 'Too dark.' }]);
  });

  it('goes without it when the page was closed meanwhile', async () => {
    await server.box(shelf).post(vote('low', 2), true);
    await server.box(shelf).open();
    await vi.advanceTimersByTimeAsync(0);
    expect(server.got).toEqual([vote('low', 2)]);
  });
});

it('says once why it cannot go on by itself', async () => {
  server.trouble = () => refusal(401, 'not_authenticated');
  const box = server.box(shelf);
  await box.post(vote('a'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.reasons).toEqual(['You are signed out. Sign in and try again.']);
  expect(box.waiting).toBe(1);
});
