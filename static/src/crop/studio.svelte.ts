// The crop studio's state: what is asked, what was answered, which crop is chosen, and the way back.
import { ownArtworks } from '../api/artworks';
import { askOpinions, cropAt, cropsOf, forgetFocal, keepFocal, lookAt, revokeAddresses, saveCrop, type Crop, type CropBox, type CropList, type SavedCrop, type Shares } from '../api/crops';
import { ApiError, isOutage, reasonOf } from '../api/problem';
import type { Artwork } from '../api/types';
import type { Size } from '../artwork/zoom';
import { attempt } from '../ui/attempt';
import { link } from '../ui/toasts.svelte';
import { largest, sameBox, shapeText, type Box, type Point, type Shape } from './geometry';
import { begun, changed, redone, undone, type History } from './history';
import { keysFor } from './matching';
import { newestOnly } from './newest';

/** What undo goes back through. */
export interface Setting {
  readonly shape: Shape;
  /** A point; `kept` for the owner's kept one, if any; `none` to rank without one. */
  readonly focal: Point | 'kept' | 'none';
  /** A person's own box. */
  readonly box: Box | null;
}

export interface Row {
  readonly key: number;
  readonly crop: Crop;
}

/** The place of a person's own box in the list. */
export const OWN = -1;
const SETTLE_MS = 600;
const POLL_MS = 4_000;
/** Presses of a key that follow each other this fast are one step of undo. */
const JOIN_MS = 900;

export class Studio {
  artwork = $state.raw<Artwork | null>(null);
  answer = $state.raw<CropList | null>(null);
  rows = $state.raw<readonly Row[]>([]);
  /** Place in the list, or OWN. */
  chosen = $state(0);
  history = $state.raw<History<Setting>>(begun({ shape: null, focal: 'kept', box: null }));
  /** While they are dragged: not yet a step of undo. */
  draggedFocal = $state.raw<Point | null>(null);
  draggedBox = $state.raw<Box | null>(null);
  /** What is said of the person's own box. */
  own = $state.raw<Crop | null>(null);
  /** Why the question of now has no answer; the server may also be away. */
  failure = $state('');
  away = $state(false);
  busy = $state(false);

  private fresh = 1;
  private joined = 0;
  private readonly wondered = new Set<string>();
  private readonly awaited = new Set<string>();
  private settling: ReturnType<typeof setTimeout> | undefined;
  private polling: ReturnType<typeof setTimeout> | undefined;
  private readonly rank = newestOnly(() => this.fetchRanking());
  private readonly explain = newestOnly((box: Box) => this.fetchOwn(box));

  constructor(
    readonly id: string,
    shape: Shape,
  ) {
    this.history = begun({ shape, focal: 'kept', box: null });
  }

  get setting(): Setting {
    return this.history.present;
  }

  get picture(): Size {
    const { width, height } = this.answer?.width ? this.answer : { width: this.artwork?.width, height: this.artwork?.height };
    return { width: width || 900, height: height || 600 };
  }

  /** The crop that is lit; null for an own box nothing is known of yet. */
  get crop(): Crop | null {
    if (this.chosen !== OWN) return this.rows[this.chosen]?.crop ?? null;
    return sameBox(this.own?.box ?? null, this.box) ? this.own : null;
  }

  get box(): Box | null {
    if (this.draggedBox) return this.draggedBox;
    return this.chosen === OWN ? this.setting.box : (this.rows[this.chosen]?.crop.box ?? null);
  }

  /** The focal point that a person set, kept or not; null while the model finds its own. */
  get focal(): Point | null {
    const { focal } = this.setting;
    if (this.draggedFocal) return this.draggedFocal;
    if (focal === 'none') return null;
    if (focal !== 'kept') return focal;
    const kept = this.answer?.focal;
    return kept ? [kept.x, kept.y] : null;
  }

  /** Whether the focal point in use is the one that is kept with the picture. */
  get kept(): boolean {
    const kept = this.answer?.focal;
    return kept !== null && kept !== undefined && this.focal !== null && this.focal[0] === kept.x && this.focal[1] === kept.y;
  }

  /** Whether the model has yet to look at the picture, asked or not. */
  get looking(): boolean {
    const { answer } = this;
    return answer?.state === 'waiting' || (answer?.state === 'none' && answer.model !== null);
  }

  get saved(): SavedCrop | null {
    return this.answer?.saved.find(({ box }) => sameBox(box, this.box)) ?? null;
  }

  async open(): Promise<void> {
    await Promise.all([this.fetchArtwork(), this.fetchRanking()]);
    if (this.looking) await this.look(false);
  }

  close(): void {
    clearTimeout(this.settling);
    clearTimeout(this.polling);
  }

  refresh(): void {
    this.rank(null);
    if (this.setting.box) this.explain(this.setting.box);
  }

  async look(aloud = true): Promise<void> {
    await (aloud ? attempt(() => lookAt(this.id)) : lookAt(this.id).catch(() => undefined));
    this.refresh();
  }

  /** A change that undo goes back through; `join` makes one step of several in a row. */
  set(change: Partial<Setting>, { join = false } = {}): void {
    const next = { ...this.setting, ...change };
    const joins = join && performance.now() - this.joined < JOIN_MS;
    this.joined = join ? performance.now() : 0;
    this.history = joins ? { ...this.history, present: next } : changed(this.history, next);
    this.follow('box' in change && change.box !== null);
  }

  undo(): void {
    this.turn(undone(this.history));
  }

  redo(): void {
    this.turn(redone(this.history));
  }

  setShape(shape: Shape): void {
    this.set({ shape, box: null });
  }

  dragFocal(to: Point): void {
    this.draggedFocal = to;
    this.chosen = 0;
    this.rank(null);
  }

  dropFocal(): void {
    const focal = this.draggedFocal;
    this.draggedFocal = null;
    if (focal) this.set({ focal });
  }

  dropBox(): void {
    const box = this.draggedBox;
    this.draggedBox = null;
    if (box) this.set({ box });
  }

  /** Starts an own box where the model has none to offer. */
  startOwn(): void {
    this.set({ box: this.box ?? largest(this.setting.shape, this.picture, this.focal ?? undefined) });
  }

  choose(place: number): void {
    if (place === OWN ? this.setting.box : this.rows[place]) this.chosen = place;
  }

  async keep(): Promise<void> {
    const { focal } = this;
    if (focal && (await attempt(() => keepFocal(this.id, [...focal] as Shares)))) this.refresh();
  }

  /** No focal point of the person's any more, kept or not. */
  async forget(): Promise<void> {
    const before = { ...this.setting, focal: this.focal ?? this.setting.focal };
    if (this.answer?.focal && !(await attempt(() => forgetFocal(this.id)))) return;
    this.history = { ...this.history, present: before };
    this.set({ focal: 'kept' });
  }

  async save(): Promise<void> {
    const { box } = this;
    if (!box || this.busy) return;
    this.awaited.add(box.join());
    this.busy = true;
    await attempt(() => saveCrop(this.id, [...box] as CropBox));
    this.busy = false;
    this.refresh();
  }

  async revoke(): Promise<boolean> {
    return (await attempt(() => revokeAddresses(this.id))) && (this.refresh(), true);
  }

  private turn(history: History<Setting>): void {
    this.history = history;
    this.joined = 0;
    this.follow(this.setting.box !== null);
  }

  /** Brings list and choice after the setting. */
  private follow(own: boolean): void {
    this.chosen = own ? OWN : 0;
    this.refresh();
  }

  private question(): { aspect: string; focal: string | null } {
    const focal = this.draggedFocal ?? this.setting.focal;
    return { aspect: shapeText(this.setting.shape), focal: typeof focal === 'string' ? (focal === 'none' ? 'none' : null) : focal.join() };
  }

  private async fetchArtwork(): Promise<void> {
    try {
      this.artwork = await ownArtworks.artwork(this.id);
    } catch (error) {
      this.failure = reasonOf(error);
    }
  }

  private async fetchRanking(): Promise<void> {
    const question = this.question();
    try {
      const answer = await cropsOf(this.id, question);
      this.failure = '';
      this.away = false;
      // Another shape was asked for meanwhile: its own answer is on the way.
      if (question.aspect === this.question().aspect) this.take(answer);
    } catch (error) {
      this.away = error instanceof ApiError && isOutage(error.problem);
      this.failure = reasonOf(error);
      if (!this.away) this.rows = [];
      else this.settle();
    }
  }

  private async fetchOwn(box: Box): Promise<void> {
    try {
      this.own = await cropAt(this.id, [...box] as CropBox, this.question().focal);
      this.settle();
    } catch {
      // Nothing is known of it while the model has not looked; it can be saved all the same.
    }
  }

  private take(answer: CropList): void {
    const boxes = answer.crops.map(({ box }) => box);
    const keys = keysFor(boxes, this.rows.map(({ key, crop }) => ({ key, box: crop.box })), this.fresh);
    this.fresh = Math.max(this.fresh, ...keys.map((key) => key + 1));
    this.answer = answer;
    this.rows = answer.crops.map((crop, i) => ({ key: keys[i] as number, crop }));
    this.tellSaved(answer.saved);
    this.settle();
  }

  /** Once nothing moves any more: ask for opinions, and look again where news may have been missed. */
  private settle(): void {
    clearTimeout(this.settling);
    clearTimeout(this.polling);
    this.settling = setTimeout(() => void this.wonder(), SETTLE_MS);
    const saving = this.answer?.saved.some((one) => one.state === 'saving');
    const judging = this.rows.some(({ crop }) => crop.score.judging) || this.own?.score.judging;
    if (this.answer?.state === 'none' && this.looking) this.polling = setTimeout(() => void this.look(false), POLL_MS);
    else if (this.away || this.looking || saving || judging) this.polling = setTimeout(() => this.refresh(), POLL_MS);
  }

  private async wonder(): Promise<void> {
    if (this.draggedFocal || this.draggedBox || this.answer?.state !== 'ready') return;
    const crops = [...this.rows.map(({ crop }) => crop), ...(this.own && this.setting.box ? [this.own] : [])];
    const unknown = crops.filter(({ box, score }) => !score.opinion && !score.judging && !this.wondered.has(box.join()));
    if (!unknown.length) return;
    for (const { box } of unknown) this.wondered.add(box.join());
    try {
      await askOpinions(this.id, unknown.map(({ box }) => box));
    } catch {
      return; // a crop without an opinion is whole without it
    }
    this.refresh();
  }

  private tellSaved(saved: readonly SavedCrop[]): void {
    for (const { box, artwork } of saved) {
      if (artwork && this.awaited.delete(box.join())) link('Saved as a new version', 'Open it', `/artworks/${artwork}/`);
    }
  }
}
