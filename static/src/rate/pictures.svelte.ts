// Pictures fetched and decoded before they are asked about, so that the next one is there at once.
import { SvelteMap } from 'svelte/reactivity';

type State = 'loading' | 'ready' | 'failed';

export class Pictures {
  private readonly images = new Map<string, HTMLImageElement>();
  private readonly states = new SvelteMap<string, State>();

  isReady = (src: string): boolean => this.states.get(src) === 'ready';
  hasFailed = (src: string): boolean => this.states.get(src) === 'failed';

  /** Has exactly these at hand, in that order of need; others are let go. */
  want(sources: readonly string[]): void {
    for (const src of this.images.keys()) {
      if (!sources.includes(src)) this.letGo(src);
    }
    for (const src of sources) if (!this.images.has(src)) void this.fetch(src);
  }

  /** Tries those again that did not come. */
  retry(): void {
    for (const [src, state] of [...this.states]) if (state === 'failed') void this.fetch(src);
  }

  private letGo(src: string): void {
    this.images.delete(src);
    this.states.delete(src);
  }

  private async fetch(src: string): Promise<void> {
    const image = new Image();
    this.images.set(src, image);
    this.states.set(src, 'loading');
    image.src = src;
    const state = await image.decode().then(
      (): State => 'ready',
      (): State => 'failed',
    );
    if (this.images.get(src) === image) this.states.set(src, state);
  }
}
