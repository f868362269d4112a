// The pictures that a draft will ask about: albums, single ones, and bursts among them.
import { ownArtworks } from '../../api/artworks';
import { addEntries, type Added } from '../../api/campaigns';
import type { Card } from '../../api/types';
import { burstsIn, type Shot } from './bursts';

export interface OfferedAlbum {
  id: string;
  title: string;
  size: number;
}

const PAGE = 100;
const MOST_LOOKED_AT = 400;
const TOGETHER = 6;

export class Pictures {
  albums = $state.raw<ReadonlySet<string>>(new Set());
  cards = $state.raw<readonly Card[]>([]);
  /** Of the mode that asks about bursts; null before they were looked for. */
  bursts = $state.raw<Card[][] | null>(null);
  looking = $state(false);

  constructor(readonly offered: readonly OfferedAlbum[]) {}

  /** How many are chosen; one in two albums counts twice. */
  get count(): number {
    return this.cards.length + this.offered.filter(({ id }) => this.albums.has(id)).reduce((sum, { size }) => sum + size, 0);
  }

  toggle(album: string): void {
    const next = new Set(this.albums);
    if (!next.delete(album)) next.add(album);
    this.albums = next;
    this.bursts = null;
  }

  add(cards: readonly Card[]): void {
    const known = new Set(this.cards.map(({ id }) => id));
    this.cards = [...this.cards, ...cards.filter(({ id }) => !known.has(id))];
    this.bursts = null;
  }

  drop(id: string): void {
    this.cards = this.cards.filter((card) => card.id !== id);
    this.bursts = null;
  }

  /** A burst chosen by hand. */
  addBurst(cards: Card[]): void {
    this.bursts = [...(this.bursts ?? []), cards];
  }

  dropBurst(burst: Card[]): void {
    this.bursts = (this.bursts ?? []).filter((one) => one !== burst);
  }

  /** Looks for shots of one moment among what is chosen. */
  async findBursts(): Promise<void> {
    this.looking = true;
    try {
      const cards = await this.all();
      const known = new Map(cards.map((card) => [card.id, card]));
      const groups = burstsIn(await timesOf(cards));
      this.bursts = groups.map((ids) => ids.flatMap((id) => known.get(id) ?? []));
    } finally {
      this.looking = false;
    }
  }

  /** Puts them into a campaign. Idempotent. */
  async enter(campaign: string, inBursts: boolean): Promise<Added> {
    const sum: Added = { added: 0, already: 0, refused: [] };
    const take = ({ added, already, refused }: Added): void => {
      sum.added += added;
      sum.already += already;
      sum.refused.push(...refused);
    };
    if (inBursts) {
      if (this.bursts?.length) take(await addEntries(campaign, { bursts: this.bursts.map((burst) => burst.map(({ id }) => id)) }));
      return sum;
    }
    for (const album of this.albums) take(await addEntries(campaign, { album }));
    if (this.cards.length) take(await addEntries(campaign, { artworks: this.cards.map(({ id }) => id) }));
    return sum;
  }

  private async all(): Promise<Card[]> {
    const found = new Map(this.cards.map((card) => [card.id, card]));
    for (const album of this.albums) {
      for (let offset = 0, count = Infinity; offset < count && found.size < MOST_LOOKED_AT; offset += PAGE) {
        const page = await ownArtworks.page({ album }, offset, PAGE);
        count = page.count;
        for (const card of page.results) found.set(card.id, card);
      }
    }
    return [...found.values()].slice(0, MOST_LOOKED_AT);
  }
}

/** When each was taken; a few questions at a time. */
async function timesOf(cards: readonly Card[]): Promise<Shot[]> {
  const shots: Shot[] = [];
  for (let start = 0; start < cards.length; start += TOGETHER) {
    const some = cards.slice(start, start + TOGETHER);
    const details = await Promise.all(some.map(({ id }) => ownArtworks.artwork(id)));
    shots.push(...details.map(({ id, captured_at }) => ({ id, captured_at: captured_at ?? null })));
  }
  return shots;
}
