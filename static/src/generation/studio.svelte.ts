// The state of the studio: the form, what is shown, the history, and what people do with them.
import { cancelGeneration, deleteGeneration, fetchGeneration, fetchHistory, fetchJudged, fetchStudio, generate, keepSample, retryGeneration, type Generation, type GenerationCard, type Judged, type Sample, type Studio, type Trouble } from '../api/generation';
import { API } from '../api/client';
import { ApiError, reasonOf } from '../api/problem';
import { csrfToken } from '../api/site';
import type { Medium } from '../api/types';
import { newestOnly } from '../crop/newest';
import { attempt } from '../ui/attempt';
import { link, offerUndo } from '../ui/toasts.svelte';
import { judgedOf } from './lies';
import { drawSeed, freshForm, fromQuery, isOf, recalled, toQuery, toWish, type Form } from './wish';
import { isLive, refusal } from './words';

const PART = 12;
const AT_ONCE = 50;

export class Atelier {
  info = $state.raw<Studio>() as Studio;
  form = $state.raw<Form | null>(null);
  shown = $state.raw<Generation | null>(null);
  history = $state.raw<GenerationCard[] | null>(null);
  /** Where the next part of the history begins; null at its end. */
  after = $state.raw<string | null>(null);
  /** Why the last wish was refused. */
  refused = $state.raw<Trouble | null>(null);
  /** Why something could not be read. */
  failure = $state('');
  asking = $state(false);
  /** Generations that were read whole. */
  whole = $state.raw<Record<string, Generation>>({});
  /** Of the others what was judged, when so many pictures were made. */
  #judged = $state.raw<Record<string, { made: number; points: Judged[] }>>({});
  /** Those that are deleted unless it is undone. */
  #doomed = new Set<string>();

  constructor(info: Studio) {
    this.info = info;
    this.#begin();
  }

  get generator() {
    return this.info.generator;
  }

  /** What is known to be judged of the whole history. */
  get judged(): Judged[] {
    return (this.history ?? []).flatMap(({ id }) => {
      const whole = this.whole[id];
      const brief = this.#judged[id];
      return whole && whole.samples.length >= (brief?.made ?? 0) ? judgedOf([whole]) : (brief?.points ?? []);
    });
  }

  change(part: Partial<Form>): void {
    if (!this.form) return;
    this.form = { ...this.form, ...part };
    this.refused = null;
    this.#keepAddress();
  }

  /** Everything a generation was made with, into the form; and its pictures on the stage. */
  async recall(made: GenerationCard): Promise<void> {
    this.#recall(made, true);
    await this.open(made.id);
  }

  #recall(made: GenerationCard, locked: boolean): void {
    if (this.form && this.generator?.categories.some(({ key }) => key === made.category)) this.change({ ...recalled(this.form, made), locked });
  }

  readonly #read = newestOnly<string>(async (id) => {
    try {
      const found = await fetchGeneration(id);
      const ended = this.history?.some((one) => one.id === id && isLive(one)) && !isLive(found);
      this.#take(found);
      if (ended) void this.refresh();
      if (this.shown?.id === id || this.#wanted === id) this.shown = found;
      this.failure = '';
    } catch (error) {
      if (error instanceof ApiError && error.problem.status === 404) this.#drop(id);
      else this.failure = reasonOf(error);
    }
  });
  #wanted = '';

  async open(id: string): Promise<void> {
    this.#wanted = id;
    const known = this.whole[id];
    if (known) this.shown = known;
    if (!known || isLive(known)) this.#read(id);
  }

  /** Asks for what the form says; seeds that are not locked are drawn first. */
  async make(part: Partial<Form> = {}): Promise<void> {
    if (!this.form || this.asking || !this.generator) return;
    const seeds = this.form.locked ? {} : { seed: drawSeed(), seedTo: drawSeed() };
    this.change({ ...seeds, ...part });
    this.asking = true;
    try {
      const made = await generate(toWish(this.form, this.generator.name));
      this.#wanted = made.id;
      this.shown = made;
      this.#take(made);
      this.history = [made, ...(this.history ?? []).filter(({ id }) => id !== made.id)];
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.refused = refusal(error.problem);
    } finally {
      this.asking = false;
    }
    void this.refresh();
  }

  async cancel(): Promise<void> {
    const { shown } = this;
    if (!shown) return;
    await attempt(async () => this.#show(await cancelGeneration(shown.id)));
    this.#read(shown.id);
  }

  /** Makes what is missing of what is shown. */
  async goOn(): Promise<void> {
    const { shown } = this;
    if (shown && (await attempt(async () => this.#show(await retryGeneration(shown.id))))) void this.refresh();
  }

  /** Takes it out of the history at once; it is deleted when that is not undone in time. */
  remove(made: GenerationCard): void {
    const before = this.history ?? [];
    const was = this.shown;
    this.#doomed.add(made.id);
    this.#drop(made.id);
    const undo = (): void => {
      this.#doomed.delete(made.id);
      this.history = before;
      if (was?.id === made.id) this.shown = was;
    };
    const gone = async (): Promise<void> => {
      if (this.#doomed.delete(made.id) && !(await attempt(() => deleteGeneration(made.id)))) await this.refresh();
    };
    offerUndo('Generation deleted. What you added to your pictures stays.', undo, () => void gone());
  }

  /** The page goes: what was deleted is deleted without waiting for an undo. */
  leave(): void {
    for (const id of this.#doomed) void fetch(`${API}/generations/${id}`, { method: 'DELETE', keepalive: true, credentials: 'same-origin', headers: { 'X-CSRFToken': csrfToken() } });
    this.#doomed.clear();
  }

  /** Adds a picture to one's own, where it is marked as generated. */
  async keep(sample: Sample, medium: Medium): Promise<boolean> {
    const { shown } = this;
    if (!shown) return false;
    return attempt(async () => {
      const { artwork } = await keepSample(shown.id, sample.id, { medium });
      const samples = shown.samples.map((one) => (one.id === sample.id ? { ...one, artwork } : one));
      this.#show({ ...shown, samples });
      link('Added to your pictures, marked as generated', 'See it', `/artworks/${artwork}/`);
    });
  }

  /** What changed is read again; `ids` empty: everything. While pictures come, only they are. */
  heard(ids: readonly string[]): void {
    const { shown } = this;
    if (shown && (!ids.length || ids.includes(shown.id))) this.#read(shown.id);
    if (!shown || !isLive(shown) || ids.length !== 1 || ids[0] !== shown.id) void this.refresh();
  }

  /** The newest part of the history and what may still be asked for, as the server has them now. */
  async refresh(): Promise<void> {
    try {
      const [info, { results, after }] = await Promise.all([fetchStudio(), fetchHistory(null, PART)]);
      this.info = info;
      this.#begin();
      const newest = results.filter(({ id }) => !this.#doomed.has(id));
      const oldest = newest.at(-1)?.created_at ?? '';
      const older = (this.history ?? []).filter(({ id, created_at }) => created_at < oldest && !newest.some((one) => one.id === id));
      this.history = [...newest, ...older];
      if (!older.length) this.after = after;
      this.failure = '';
    } catch (error) {
      this.failure = reasonOf(error);
    }
  }

  async older(): Promise<void> {
    await attempt(async () => {
      const { results, after } = await fetchHistory(this.after, PART);
      const known = new Set((this.history ?? []).map(({ id }) => id));
      this.history = [...(this.history ?? []), ...results.filter(({ id }) => !known.has(id) && !this.#doomed.has(id))];
      this.after = after;
    });
  }

  /** Reads what was judged of the history and the lie detector lacks; a failure leaves it for the next time. */
  async gather(): Promise<void> {
    const lacking = ({ id, kind, made }: GenerationCard): boolean => kind !== 'between' && made > Math.max(this.whole[id]?.samples.length ?? 0, this.#judged[id]?.made ?? 0);
    const missing = (this.history ?? []).filter(lacking).slice(0, AT_ONCE);
    if (!missing.length) return;
    const found = await fetchJudged(missing.map(({ id }) => id)).catch(() => null);
    if (!found) return;
    const read = missing.map(({ id, made }) => [id, { made, points: found.filter(({ generation }) => generation === id) }]);
    this.#judged = { ...this.#judged, ...Object.fromEntries(read) };
  }

  /** The history as the page opens; on the stage what the address asks for, else the newest. */
  async start(): Promise<void> {
    const linked = this.form !== null && new URLSearchParams(location.search).has('category');
    await this.refresh();
    const { form } = this;
    const first = linked && form ? this.history?.find((made) => isOf(made, form)) : this.history?.[0];
    if (!first) return;
    if (!linked && form) this.#recall(first, false);
    await this.open(first.id);
  }

  #begin(): void {
    if (this.form || !this.generator) return;
    const fresh = freshForm(this.generator);
    this.form = fromQuery(location.search, fresh, this.generator, this.info.most) ?? fresh;
  }

  #show(generation: Generation): void {
    this.#take(generation);
    if (this.shown?.id === generation.id) this.shown = generation;
  }

  #take(generation: Generation): void {
    this.whole = { ...this.whole, [generation.id]: generation };
    const { samples: _samples, judge: _judge, ...card } = generation;
    this.history = this.history?.map((one) => (one.id === card.id ? card : one)) ?? null;
  }

  #drop(id: string): void {
    this.history = (this.history ?? []).filter((one) => one.id !== id);
    if (this.shown?.id === id) this.shown = null;
    this.#wanted = '';
  }

  #keepAddress(): void {
    if (this.form && this.generator) history.replaceState(history.state, '', toQuery(toWish(this.form, this.generator.name)));
  }
}
