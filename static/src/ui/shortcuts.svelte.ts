// Every keyboard shortcut of a page, registered where it acts, listed in one sheet.
export interface Shortcut {
  keys: string[];
  label: string;
  group: string;
  run?: (event: KeyboardEvent) => void;
}

// Raw: the entries must stay the very objects that were added, or they could not be taken away.
let registered = $state.raw<Shortcut[]>([]);

export function shortcuts(): Shortcut[] {
  return registered;
}

/** Adds shortcuts until the returned function is called. */
export function addShortcuts(list: Shortcut[]): () => void {
  registered = [...registered, ...list];
  return () => {
    registered = registered.filter((one) => !list.includes(one));
  };
}

/** The list without the keys that a later entry took over, and without entries left with none. */
export function reachable(list: readonly Shortcut[]): Shortcut[] {
  return list
    .map((one, i) => ({ ...one, keys: one.keys.filter((key) => !list.slice(i + 1).some((later) => later.run && one.run && later.keys.includes(key))) }))
    .filter(({ keys }) => keys.length > 0);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** The event's key as written in shortcut lists: "Ctrl+A", "?", "ArrowLeft". */
export function keyName(event: KeyboardEvent): string {
  const control = event.ctrlKey || event.metaKey ? 'Ctrl+' : '';
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return control + key;
}

export function startShortcuts(): void {
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.altKey || isTyping(event.target)) return;
    if (document.querySelector('dialog[open]')) return;
    const name = keyName(event);
    const found = registered.findLast((one) => one.run && one.keys.includes(name));
    if (!found?.run) return;
    event.preventDefault();
    found.run(event);
  });
}
