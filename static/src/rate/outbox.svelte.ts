// Votes on their way: written down first, sent in order, kept until the server has answered each.
import type { Heard, Result, Vote } from '../api/rating';
import { ApiError, isTemporary, reasonOf } from '../api/problem';

export interface Letter {
  id?: number;
  /** Whose vote it is: another person at the same browser must not send it. */
  rater: string;
  vote: Vote;
  /** Its comment is still being written. */
  held: boolean;
}

/** What the server said to a letter. */
export interface Answered {
  id: number;
  result: Result | null;
}

export interface Shelf {
  /** The letter's id, new where it had none. */
  put(letter: Letter): Promise<number>;
  /** Of that rater, oldest first. */
  all(rater: string): Promise<Letter[]>;
  remove(ids: number[]): Promise<void>;
  /** Passes answers on to the other tabs that share the shelf. */
  tell(answers: Answered[]): void;
  /** Hears the answers that other tabs got; returns how to stop. */
  listen(hear: (answers: Answered[]) => void): () => void;
}

export interface Postman {
  send(votes: Vote[]): Promise<Heard>;
  /** Told after each sending; `null` where another tab sent the vote and did not say what was answered. */
  heard(answers: { vote: Vote; result: Result | null }[], progress: Heard['progress'] | null): void;
  /** Told when sending cannot go on by itself. */
  stuck(reason: string): void;
}

const TOGETHER = 50;
const BACKOFF_MS = [1_000, 2_000, 5_000, 10_000, 30_000];
const LOCK = 'connoisseur-votes';
const MALFORMED = [400, 413, 422];

/** One tab at a time sends. Without Web Locks (plain http) doubles are the server's to see through. */
async function alone(work: () => Promise<void>): Promise<void> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (locks) await locks.request(LOCK, work);
  else await work();
}

export class Outbox {
  /** How many votes the server has not answered. */
  waiting = $state(0);
  /** Whether the last sending found no server. */
  away = $state(false);
  private failures = 0;
  private running = false;
  private again = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly unheard = new Map<number, Vote>();

  private readonly deaf: () => void;

  constructor(
    private readonly shelf: Shelf,
    private readonly rater: string,
    private readonly postman: Postman,
  ) {
    this.deaf = shelf.listen((answers) => this.overhear(answers));
  }

  /** Sends what an earlier page left behind, and returns it; an unfinished comment is left out. */
  async open(): Promise<Vote[]> {
    const left = await this.shelf.all(this.rater);
    for (const letter of left.filter(({ held }) => held)) await this.shelf.put({ ...letter, held: false });
    this.waiting = left.length;
    if (left.length) await this.flush();
    return left.map(({ vote }) => vote);
  }

  /** Writes a vote down and sends it, now or when there is a connection; a held one when released. */
  async post(vote: Vote, held = false): Promise<number> {
    this.waiting += 1;
    const id = await this.shelf.put({ rater: this.rater, vote, held });
    this.unheard.set(id, vote);
    if (!held) void this.flush();
    return id;
  }

  /** Sends a held vote, with its comment if there is one. */
  async release(id: number, comment: string): Promise<void> {
    const vote = this.unheard.get(id);
    if (!vote) return;
    const there = (await this.shelf.all(this.rater)).some((letter) => letter.id === id);
    if (!there && !comment) return;
    // A tab that opened meanwhile has sent it: what is left to say is a correction.
    const said: Vote = { ...vote, ...(comment && { comment }), ...(!there && { correct: true as const }) };
    this.unheard.set(id, said);
    await this.shelf.put({ id, rater: this.rater, vote: said, held: false });
    void this.flush();
  }

  /** Sends everything that waits. */
  async flush(): Promise<void> {
    this.again = true;
    if (this.running) return;
    this.running = true;
    clearTimeout(this.timer);
    try {
      while (this.again) {
        this.again = false;
        await alone(() => this.sendAll());
      }
    } finally {
      this.running = false;
    }
  }

  close(): void {
    clearTimeout(this.timer);
    this.deaf();
  }

  private async sendAll(): Promise<void> {
    let most = TOGETHER;
    for (;;) {
      const kept = await this.shelf.all(this.rater);
      const letters = kept.filter(({ held }) => !held).slice(0, most);
      this.waiting = kept.length;
      this.giveUpOn(kept);
      if (!letters.length) return;
      try {
        await this.deliver(letters);
      } catch (error) {
        if (!isMalformed(error)) return this.later(error);
        if (letters.length === 1) await this.drop(letters[0] as Letter, error);
        else most = 1; // one of them cannot be read: the others must not wait for it
      }
    }
  }

  private async deliver(letters: Letter[]): Promise<void> {
    const { results, progress } = await this.postman.send(letters.map(({ vote }) => vote));
    this.failures = 0;
    this.away = false;
    letters.forEach(({ id }) => this.unheard.delete(id as number));
    this.shelf.tell(letters.map(({ id }, i) => ({ id: id as number, result: results[i] ?? null })));
    await this.forget(letters);
    this.postman.heard(letters.map(({ vote }, i) => ({ vote, result: results[i] ?? null })), progress);
  }

  private async drop(letter: Letter, error: unknown): Promise<void> {
    await this.forget([letter]);
    this.postman.stuck(reasonOf(error));
  }

  private async forget(letters: Letter[]): Promise<void> {
    const ids = letters.map(({ id }) => id as number);
    await this.shelf.remove(ids);
    ids.forEach((id) => this.unheard.delete(id));
    this.waiting = Math.max(0, this.waiting - ids.length);
  }

  /** Another tab has sent votes of this page. */
  private overhear(answers: Answered[]): void {
    const ours = answers.flatMap(({ id, result }) => {
      const vote = this.unheard.get(id);
      return vote ? [{ vote, result }] : [];
    });
    answers.forEach(({ id }) => this.unheard.delete(id));
    this.waiting = Math.max(0, this.waiting - ours.length);
    if (ours.length) this.postman.heard(ours, null);
  }

  /** Votes of this page that are no longer on the shelf were sent by another tab. */
  private giveUpOn(kept: readonly Letter[]): void {
    const there = new Set(kept.map(({ id }) => id));
    const gone = [...this.unheard].filter(([id]) => !there.has(id));
    gone.forEach(([id]) => this.unheard.delete(id));
    if (gone.length) this.postman.heard(gone.map(([, vote]) => ({ vote, result: null })), null);
  }

  private later(error: unknown): void {
    const temporary = error instanceof ApiError && isTemporary(error.problem);
    this.away = temporary;
    if (!temporary && this.failures === 0) this.postman.stuck(reasonOf(error));
    const wait = BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length - 1)] as number;
    this.failures += 1;
    this.timer = setTimeout(() => void this.flush(), wait);
  }
}

const isMalformed = (error: unknown): boolean => error instanceof ApiError && MALFORMED.includes(error.problem.status);
