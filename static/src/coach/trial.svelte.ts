// The coach's advice for one artwork, and which proposal is tried on the picture.
import { askCoach, coaching, saveProposal, type Coaching, type Proposal } from '../api/explanations';
import { ApiError, isAbort, reasonOf } from '../api/problem';
import { link, say } from '../ui/toasts.svelte';
import { inOrder, working } from './words';

const POLL_MS = 4_000;

export class Trial {
  advice = $state.raw<Coaching | null>(null);
  /** The proposal over the picture; null shows the picture as it is. */
  tried = $state<string | null>(null);
  /** Share of the width, from the left, that shows the picture before. */
  split = $state(0.5);
  busy = $state(false);

  private artwork: string | null = null;
  private expecting = false;
  private readonly awaited = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  get proposals(): Proposal[] {
    return inOrder(this.advice?.proposals ?? []);
  }

  get proposal(): Proposal | null {
    return this.proposals.find((one) => one.id === this.tried) ?? null;
  }

  /** Turns to another artwork, as it was left there. */
  open(artwork: string): void {
    this.close();
    this.artwork = artwork;
    void this.refresh();
  }

  close(): void {
    clearTimeout(this.timer);
    this.artwork = null;
    this.advice = null;
    this.tried = null;
    this.expecting = false;
    this.awaited.clear();
  }

  async ask(): Promise<void> {
    this.expecting = true;
    await this.call((id) => askCoach(id));
  }

  async save(proposal: Proposal): Promise<void> {
    this.awaited.add(proposal.id);
    await this.call((id) => saveProposal(id, proposal.id));
  }

  async refresh(): Promise<void> {
    const id = this.artwork;
    if (!id) return;
    try {
      this.take(id, await coaching(id));
    } catch (error) {
      // A server without a coach, or one away for a moment: nothing is said until somebody asks.
      if (!isAbort(error) && !(error instanceof ApiError)) throw error;
    }
  }

  try(proposal: Proposal | null): void {
    this.tried = proposal?.id ?? null;
    this.split = 0.5;
  }

  private async call(send: (id: string) => Promise<Coaching>): Promise<void> {
    const id = this.artwork;
    if (!id || this.busy) return;
    this.busy = true;
    try {
      this.take(id, await send(id));
    } catch (error) {
      say(reasonOf(error), 'bad');
    } finally {
      this.busy = false;
    }
  }

  private take(id: string, advice: Coaching): void {
    if (id !== this.artwork) return;
    this.advice = advice;
    if (this.expecting && advice.state === 'ready') {
      this.expecting = false;
      this.try(this.proposals[0] ?? null);
    }
    this.tellSaved();
    clearTimeout(this.timer);
    // Events bring news at once; this is for when they cannot.
    if (working(advice)) this.timer = setTimeout(() => void this.refresh(), POLL_MS);
  }

  private tellSaved(): void {
    for (const one of this.advice?.proposals ?? []) {
      if (!one.saved_as || !this.awaited.delete(one.id)) continue;
      link('Saved as a new version', 'Open it', `/artworks/${one.saved_as}/`);
    }
  }
}
