// What the next files are taken for: photo or painting, and the album they belong in.
import type { Medium } from '../api/types';

const KEY = 'connoisseur.medium';

function stored(): Medium {
  return localStorage.getItem(KEY) === 'painting' ? 'painting' : 'photo';
}

export const next = $state<{ medium: Medium; album: string | null }>({ medium: stored(), album: null });

export function rememberMedium(medium: Medium): void {
  next.medium = medium;
  localStorage.setItem(KEY, medium);
}
