// What is said of one's own taste. Pure.
import type { Taste } from './api';

/** How much is still missing, in words; empty when nothing is. */
export function missing({ picks, liked, disliked, needed, of_a_kind }: Taste): string {
  if (picks < needed) return `${picks} of ${needed} picks.`;
  if (liked < of_a_kind) return `${of_a_kind - liked} more that you like, and we can begin.`;
  if (disliked < of_a_kind) return `${of_a_kind - disliked} more that are not for you, and we can begin.`;
  return '';
}

/** What is kept after a key or click: the same again takes it back. */
export function toggled(before: boolean | null, liked: boolean): boolean | null {
  return before === liked ? null : liked;
}

/** Said after a pick in a wall, where no panel shows it. */
export function picked(count: number, liked: boolean | null, taste: Taste): string {
  const what = liked === null ? 'Pick taken back' : liked ? 'You like it' : 'Not for you';
  const said = count > 1 ? `${what}: ${count} pictures` : what;
  return taste.state === 'gathering' ? `${said}. ${missing(taste)}` : `${said}.`;
}
