// One person's sitting in a campaign: the question on screen, votes given at once and sent behind, undo.
import { campaign as fetchCampaign, type Campaign, type Me } from '../api/campaigns';
import { site } from '../api/site';
import { ApiError, isOutage, reasonOf } from '../api/problem';
import { askFor, joinCampaign, myPart, ownVotes, sendVotes, type Answer, type Asked, type Assignment, type Heard, type Progress, type Result, type Step, type Vote } from '../api/rating';
import { say } from '../ui/toasts.svelte';
import { openShelf } from './database';
import { added, AHEAD, back, cardOf, changed, EMPTY, forward, hungry, wanted, type Card, type Deck } from './deck';
import { Outbox } from './outbox.svelte';
import { currentPace, keepPace, type Pace } from './pace';
import { Pictures } from './pictures.svelte';
import { answerOf, fateWords, SEEN, standsWords } from './words';

/** A key pressed this soon after a picture came by itself was meant for the one before. */
const SETTLE_MS = 200;
const ASK_AGAIN_MS = 5_000;
const SCORES: Step[] = Array.from({ length: 10 }, (_, i) => ({ value: i + 1, label: String(i + 1) }));

export type Phase = 'opening' | 'failed' | 'consent' | 'asking' | 'answered' | 'waiting' | 'done' | 'erased';

/** What the page says of a campaign to whoever rates in it, guests too. */
export interface Asking extends Pick<Campaign, 'id' | 'title' | 'description' | 'question' | 'kind' | 'mode' | 'state' | 'reveal' | 'attribute'> {
  consent: string;
  joined: boolean;
}

export class Session {
  me = $state.raw<Me | null>(null);
  progress = $state.raw<Progress | null>(null);
  problem = $state<unknown>(null);
  deck = $state.raw<Deck>(EMPTY);
  done = $state.raw<Asked['done']>(null);
  /** The answered question is on screen to be answered anew. */
  revising = $state(false);
  /** A held vote waits for its comment. */
  held = $state.raw<Promise<number> | null>(null);
  pace = $state<Pace>(currentPace());
  outbox = $state.raw<Outbox | null>(null);
  joining = $state(false);
  erased = $state(false);
  state = $state<Campaign['state']>('open');
  readonly pictures = new Pictures();

  card = $derived(cardOf(this.deck));
  ready = $derived(this.card !== null && this.isReady(this.card));
  broken = $derived(this.card !== null && this.card.assignment.entries.some(({ src }) => this.pictures.hasFailed(src)));
  steps = $derived(this.card?.assignment.answers ?? SCORES);
  waiting = $derived(this.outbox?.waiting ?? 0);
  away = $derived(this.outbox?.away ?? false);
  /** How many questions were answered before this sitting. */
  private before = $state(0);
  /** Of the picture on screen, counted over all sittings. */
  number = $derived(this.before + this.deck.here + 1);
  phase = $derived<Phase>(this.phaseNow());

  private readonly answered = new Set<string>();
  private shownAt = 0;
  private cameByItself = false;
  private asking = false;
  /** Whether they know that changes do not count once the crowd was seen. */
  private toldSeen = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private askTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly campaign: Asking) {
    this.state = campaign.state;
  }

  async open(): Promise<void> {
    this.problem = null;
    if (!this.campaign.joined) return;
    try {
      this.me = await myPart(this.campaign.id);
      if (this.me.consented) await this.start(this.me);
    } catch (error) {
      this.problem = error;
    }
  }

  async join(): Promise<void> {
    this.joining = true;
    try {
      this.me = await joinCampaign(this.campaign.id);
      await this.start(this.me);
    } catch (error) {
      say(reasonOf(error), 'bad');
    } finally {
      this.joining = false;
    }
  }

  close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.askTimer);
    this.outbox?.close();
  }

  /** Fetches what others did meanwhile. */
  async refresh(): Promise<void> {
    const fresh = site.user && (await fetchCampaign(this.campaign.id).catch(() => null));
    if (!fresh) return;
    const turned = fresh.state !== this.state;
    this.state = fresh.state;
    if (turned) void this.startOver();
    if (this.progress) this.progress = { ...this.progress, campaign: { ...this.progress.campaign, ...fresh.counts } };
  }

  /** The connection came back. */
  online(): void {
    this.pictures.retry();
    void this.outbox?.flush();
    void this.askForMore();
  }

  /** Called when the picture on screen can be seen. */
  shown(): void {
    this.shownAt = performance.now();
  }

  /** Answers the question on screen; a second press while the first is shown goes on. */
  give(answer: Answer): void {
    const card = this.card;
    if (this.phase === 'answered') return this.next();
    if (!card || (!this.ready && answer.kind !== 'skip') || this.isTooSoon()) return;
    const vote = this.voteOf(card, answer);
    this.answered.add(vote.token);
    this.deck = changed(this.deck, vote.token, { answer, answeredAt: card.answeredAt ?? Date.now(), crowd: null });
    this.revising = false;
    const asksWhy = answer.kind === 'score' && answer.value <= card.assignment.comment_at_most;
    const posted = this.outbox?.post(vote, asksWhy);
    if (asksWhy) this.held = posted ?? null;
    else this.goOnAfter(answer);
  }

  /** Sends the held vote, with what was written. */
  comment(text: string): void {
    if (this.held === null) return;
    void this.held.then((id) => this.outbox?.release(id, text.trim()));
    this.held = null;
    this.goOnLater();
  }

  next(): void {
    if (this.held !== null) this.comment('');
    if (!this.card || (this.card.answer === null && !this.revising)) return;
    this.step(false);
  }

  /** Back to the picture before, its vote shown. */
  undo(): void {
    clearTimeout(this.timer);
    if (this.held !== null) this.comment('');
    clearTimeout(this.timer);
    const target = this.phase === 'answered' ? { ...this.deck, here: this.deck.here + 1 } : this.deck;
    const earlier = back(target, Date.now());
    if (!earlier) return say('There is no vote of the last two minutes to change.');
    this.deck = earlier;
    if (this.card?.crowd && !this.card.crowd.first) this.tellSeen();
    this.revising = true;
    this.cameByItself = false;
    this.pictures.want(wanted(this.deck));
  }

  setPace(pace: Pace): void {
    this.pace = pace;
    keepPace(pace);
  }

  private async start(me: Me): Promise<void> {
    this.outbox = new Outbox(await openShelf(), me.rater, {
      send: sendVotes,
      heard: (answers, progress) => this.hear(answers, progress),
      stuck: (reason) => say(reason, 'bad'),
    });
    for (const { token } of await this.outbox.open()) this.answered.add(token);
    await this.askForMore();
  }

  private phaseNow(): Phase {
    if (this.problem) return 'failed';
    if (this.erased) return 'erased';
    if (!this.me) return this.campaign.joined ? 'opening' : 'consent';
    if (!this.me.consented) return 'consent';
    if (!this.card) return this.done ? 'done' : 'waiting';
    return this.card.answer !== null && !this.revising ? 'answered' : 'asking';
  }

  private isReady(card: Card): boolean {
    return card.assignment.entries.every(({ src }) => this.pictures.isReady(src));
  }

  private isTooSoon(): boolean {
    return this.cameByItself && performance.now() - this.shownAt < SETTLE_MS;
  }

  private voteOf(card: Card, answer: Answer): Vote {
    const dwell = Math.max(0, Math.round(performance.now() - this.shownAt));
    const told = { token: card.assignment.token, dwell_ms: dwell, cast_at: new Date().toISOString() };
    return card.answer === null ? { ...answer, ...told } : { ...answer, ...told, correct: true };
  }

  private goOnAfter(answer: Answer): void {
    clearTimeout(this.timer);
    if (answer.kind === 'skip') this.step(false);
    else this.goOnLater();
  }

  private goOnLater(): void {
    if (this.campaign.reveal !== 'after_vote') return this.step(false);
    if (this.pace !== null) this.timer = setTimeout(() => this.step(true), this.pace);
  }

  private step(byItself: boolean): void {
    clearTimeout(this.timer);
    this.revising = false;
    this.cameByItself = byItself;
    this.deck = forward(this.deck, Date.now(), (card) => this.isReady(card));
    this.pictures.want(wanted(this.deck));
    void this.askForMore();
  }

  private async askForMore(): Promise<void> {
    if (this.asking || this.done || !hungry(this.deck)) return;
    if (!this.card && this.waiting && !this.away) return; // asked again when the votes are there
    this.asking = true;
    clearTimeout(this.askTimer);
    try {
      const { assignments, done, progress } = await askFor(this.campaign.id, AHEAD);
      this.progress = progress;
      if (!this.deck.cards.length) this.before = progress.mine + progress.skipped + this.waiting;
      this.done = done;
      if (done) void this.readMe();
      this.take(assignments);
    } catch (error) {
      this.cannotAsk(error);
    } finally {
      this.asking = false;
    }
  }

  private take(assignments: readonly Assignment[]): void {
    const before = this.deck.cards.length;
    this.deck = added(this.deck, assignments, this.answered);
    this.pictures.want(wanted(this.deck));
    // What the server hands out again may be answered here already and not yet known there.
    const none = this.deck.cards.length === before && this.card === null && !this.done;
    if (none) this.askTimer = setTimeout(() => void this.askForMore(), ASK_AGAIN_MS / 5);
  }

  private cannotAsk(error: unknown): void {
    const away = error instanceof ApiError && isOutage(error.problem);
    if (!away && this.deck.cards.length === 0) this.problem = error;
    else this.askTimer = setTimeout(() => void this.askForMore(), ASK_AGAIN_MS);
  }

  private hear(answers: { vote: Vote; result: Result | null }[], progress: Heard['progress'] | null): void {
    if (progress) this.progress = progress;
    for (const { vote, result } of answers) {
      if (result?.crowd) this.deck = changed(this.deck, vote.token, { crowd: result.crowd });
    }
    const told = answers.flatMap(({ result }) => result ?? []);
    if (told.some(({ code }) => code === 'seen')) this.tellSeen();
    fateWords(told.filter(({ code }) => code !== 'seen' && code !== 'already_voted')).forEach((text) => say(text));
    for (const { token, code } of told) if (code === 'already_voted') void this.showWhatStands(token);
    if (answers.some(({ result }) => result?.code === 'late')) void this.startOver();
    else if (!this.card) void this.askForMore();
  }

  private tellSeen(): void {
    if (!this.toldSeen) say(SEEN);
    this.toldSeen = true;
  }

  /** Another tab was faster: its answer is the one that counts. */
  private async showWhatStands(token: string): Promise<void> {
    const card = this.deck.cards.find(({ assignment }) => assignment.token === token);
    const asked = card?.assignment.entries.map(({ entry }) => entry).join();
    const kept = (await ownVotes(this.campaign.id).catch(() => [])).find(({ entries }) => entries.join() === asked);
    const answer = kept ? answerOf(kept) : null;
    if (answer) this.deck = changed(this.deck, token, { answer });
    say(standsWords(answer, card?.assignment.answers ?? SCORES, card?.assignment.entries));
  }

  /** The campaign opened or closed: what is still to be asked, the server knows. */
  private async startOver(): Promise<void> {
    if (!this.outbox) return;
    clearTimeout(this.timer);
    const cards = this.deck.cards.filter(({ answer }) => answer !== null);
    this.deck = { cards, here: cards.length };
    this.done = null;
    await this.askForMore();
    await this.readMe();
  }

  private async readMe(): Promise<void> {
    this.me = (await myPart(this.campaign.id).catch(() => null)) ?? this.me;
  }
}
