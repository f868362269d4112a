// Which artworks are selected, and from where a range grows.
export class Selection {
  ids = $state.raw<ReadonlySet<string>>(new Set());
  /** Position the next shift-range starts from. */
  anchor = $state<number | null>(null);

  get size(): number {
    return this.ids.size;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  toggle(id: string, index: number): void {
    const next = new Set(this.ids);
    if (!next.delete(id)) next.add(id);
    this.ids = next;
    this.anchor = index;
  }

  add(ids: Iterable<string>): void {
    this.ids = new Set([...this.ids, ...ids]);
  }

  drop(ids: Iterable<string>): void {
    const next = new Set(this.ids);
    for (const id of ids) next.delete(id);
    this.ids = next;
  }

  clear(): void {
    this.ids = new Set();
    this.anchor = null;
  }
}
