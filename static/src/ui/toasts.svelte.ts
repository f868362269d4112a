// Short messages at the bottom of the page, with one action when something can be undone.
export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'bad';
  action?: { label: string; run: () => void };
  link?: { label: string; href: string };
}

export const UNDO_MS = 8_000;
const PLAIN_MS = 5_000;

let nextId = 1;
const timers = new Map<number, ReturnType<typeof setTimeout>>();
/** What happens when a toast goes and its way back was not taken. */
const otherwise = new Map<number, () => void>();
export const toasts = $state<{ list: Toast[] }>({ list: [] });

export function dismiss(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  toasts.list = toasts.list.filter((toast) => toast.id !== id);
  const then = otherwise.get(id);
  otherwise.delete(id);
  then?.();
}

export function hold(id: number): void {
  clearTimeout(timers.get(id));
}

/** Lets it go after a while; what failed stays until it is dismissed or three others came. */
export function release(id: number): void {
  const toast = toasts.list.find((one) => one.id === id);
  if (!toast || toast.tone === 'bad') return;
  timers.set(id, setTimeout(() => dismiss(id), toast.action || toast.link ? UNDO_MS : PLAIN_MS));
}

export function say(text: string, tone: Toast['tone'] = 'plain'): void {
  const id = nextId++;
  toasts.list = [...toasts.list.slice(-2), { id, text, tone }];
  release(id);
}

/** Shows `text` with a place to go. */
export function link(text: string, label: string, href: string): void {
  const id = nextId++;
  toasts.list = [...toasts.list.slice(-2), { id, text, tone: 'plain', link: { label, href } }];
  release(id);
}

/** Shows `text` with a way back for eight seconds; `gone` runs once it is gone unused. */
export function offerUndo(text: string, undo: () => void | Promise<void>, gone?: () => void): void {
  const id = nextId++;
  if (gone) otherwise.set(id, gone);
  const run = (): void => {
    otherwise.delete(id);
    dismiss(id);
    void undo();
  };
  toasts.list = [...toasts.list.slice(-2), { id, text, tone: 'plain', action: { label: 'Undo', run } }];
  release(id);
}
