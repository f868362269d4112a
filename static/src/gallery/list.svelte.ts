// The artworks of a wall: shape of everything at once, cards page by page as they come into sight.
import type { ArtworkSource, ListParams } from '../api/artworks';
import { isAbort, reasonOf } from '../api/problem';
import type { Card } from '../api/types';

export const PAGE_SIZE = 100;
const PAGES_KEPT = 30;
const MARGIN = 1;

export class ArtworkList {
  /** 100 x width / height of every artwork, in order; null until known. */
  aspects = $state.raw<number[] | null>(null);
  /** Cards known so far, by position. */
  cards = $state.raw<ReadonlyMap<number, Card>>(new Map());
  failure = $state('');
  layoutMs = 0;

  private params: ListParams = {};
  private generation = 0;
  private loading = new Map<number, AbortController>();
  private loaded = new Set<number>();
  private range: [number, number] = [0, PAGE_SIZE - 1];

  constructor(private readonly source: ArtworkSource) {}

  get count(): number {
    return this.aspects?.length ?? 0;
  }

  /** Shows another selection or order: forgets everything, loads the shape and the first cards. */
  async open(params: ListParams): Promise<void> {
    this.params = params;
    this.range = [0, PAGE_SIZE - 1];
    await this.reload();
  }

  /** Fetches shape and visible cards again, and swaps both in one step, so nothing flickers. */
  async reload(): Promise<void> {
    const generation = ++this.generation;
    this.abortExcept(() => false);
    const pages = this.pagesInSight();
    const started = performance.now();
    try {
      const [layout, ...results] = await Promise.all([
        this.source.layout(this.params),
        ...pages.map((page) => this.source.page(this.params, page * PAGE_SIZE, PAGE_SIZE)),
      ]);
      if (generation !== this.generation) return;
      this.layoutMs = performance.now() - started;
      this.failure = '';
      this.loaded = new Set(pages);
      this.aspects = layout.aspects;
      this.cards = new Map();
      results.forEach((result, i) => this.put((pages[i] as number) * PAGE_SIZE, result.results));
      this.ensure(...this.range);
    } catch (error) {
      if (generation === this.generation && !isAbort(error)) this.failure = reasonOf(error);
    }
  }

  /** Makes sure the cards of a range are there or coming; drops requests no longer wanted. */
  ensure(first: number, last: number): void {
    this.range = [first, last];
    if (!this.aspects) return;
    const wanted = new Set(this.pagesInSight());
    this.abortExcept((page) => wanted.has(page));
    for (const page of wanted) {
      if (!this.loaded.has(page) && !this.loading.has(page)) void this.fetchPage(page);
    }
  }

  /** Fetches again the pages that hold these artworks. Returns the ids that are not on any known page. */
  refresh(ids: readonly string[]): string[] {
    const wanted = new Set(ids);
    const pages = new Set<number>();
    for (const [index, card] of this.cards) {
      if (wanted.delete(card.id)) pages.add(Math.floor(index / PAGE_SIZE));
    }
    for (const page of pages) {
      this.loading.get(page)?.abort();
      void this.fetchPage(page);
    }
    return [...wanted];
  }

  /** Ids of a range of positions, fetching the cards that are not known yet. */
  async idsBetween(first: number, last: number): Promise<string[]> {
    const ids: string[] = [];
    for (let page = Math.floor(first / PAGE_SIZE); page * PAGE_SIZE <= last; page += 1) {
      const offset = page * PAGE_SIZE;
      const known = this.loaded.has(page);
      const cards = known
        ? Array.from({ length: PAGE_SIZE }, (_, i) => this.cards.get(offset + i))
        : (await this.source.page(this.params, offset, PAGE_SIZE)).results;
      cards.forEach((card, i) => {
        if (card && offset + i >= first && offset + i <= last) ids.push(card.id);
      });
    }
    return ids;
  }

  /** The card at a position, fetched alone when its page is not here. */
  async cardAt(index: number, signal?: AbortSignal): Promise<Card | undefined> {
    return this.cards.get(index) ?? (await this.source.page(this.params, index, 1, signal)).results[0];
  }

  indexOf(id: string): number {
    for (const [index, card] of this.cards) if (card.id === id) return index;
    return -1;
  }

  private pagesInSight(): number[] {
    const first = Math.max(0, Math.floor(this.range[0] / PAGE_SIZE));
    const known = this.aspects ? Math.max(0, this.aspects.length - 1) : this.range[1];
    const last = Math.floor(Math.min(known, this.range[1] + MARGIN) / PAGE_SIZE);
    return Array.from({ length: Math.max(1, last - first + 1) }, (_, i) => first + i);
  }

  private abortExcept(keep: (page: number) => boolean): void {
    for (const [page, controller] of this.loading) {
      if (keep(page)) continue;
      controller.abort();
      this.loading.delete(page);
    }
  }

  private async fetchPage(page: number): Promise<void> {
    const controller = new AbortController();
    const generation = this.generation;
    this.loading.set(page, controller);
    try {
      const result = await this.source.page(this.params, page * PAGE_SIZE, PAGE_SIZE, controller.signal);
      if (generation !== this.generation) return;
      this.loaded.add(page);
      this.put(page * PAGE_SIZE, result.results);
      this.failure = '';
    } catch (error) {
      if (!isAbort(error)) this.failure = reasonOf(error);
    } finally {
      if (this.loading.get(page) === controller) this.loading.delete(page);
    }
  }

  private put(offset: number, results: Card[]): void {
    const cards = new Map(this.cards);
    results.forEach((card, i) => cards.set(offset + i, card));
    this.forgetFar(cards);
    this.cards = cards;
    this.correctAspects(offset, results);
  }

  private forgetFar(cards: Map<number, Card>): void {
    if (this.loaded.size <= PAGES_KEPT) return;
    const middle = (this.range[0] + this.range[1]) / 2 / PAGE_SIZE;
    const byDistance = [...this.loaded].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const page of byDistance.slice(0, this.loaded.size - PAGES_KEPT)) {
      this.loaded.delete(page);
      for (let i = 0; i < PAGE_SIZE; i += 1) cards.delete(page * PAGE_SIZE + i);
    }
  }

  /** A picture's size is known only once it is decoded: the wall then makes room for it. */
  private correctAspects(offset: number, results: Card[]): void {
    let corrected: number[] | null = null;
    results.forEach((card, i) => {
      if (!card.width || !card.height) return;
      const aspect = Math.floor((card.width * 100) / card.height);
      const current = (corrected ?? this.aspects)?.[offset + i];
      if (current === undefined || Math.abs(current - aspect) <= 2) return;
      corrected ??= [...(this.aspects as number[])];
      corrected[offset + i] = aspect;
    });
    if (corrected) this.aspects = corrected;
  }
}
