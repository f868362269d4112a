// What can be done with many artworks at once, each with its way back.
import { bulk } from '../api/artworks';
import { reasonOf } from '../api/problem';
import type { Medium } from '../api/types';
import { pick } from '../taste/api';
import { picked } from '../taste/words';
import { offerUndo, say } from '../ui/toasts.svelte';
import { isolated, plural } from '../ui/words';

/** Runs a change; says why when it is refused. Returns whether it went through. */
async function attempt(change: () => Promise<void>): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (error) {
    say(reasonOf(error), 'bad');
    return false;
  }
}

export async function deleteMany(ids: string[], after: () => void): Promise<boolean> {
  const done = await attempt(() => bulk({ action: 'delete' }, ids));
  if (!done) return false;
  after();
  offerUndo(`${plural(ids.length, 'artwork')} deleted`, async () => {
    if (await attempt(() => bulk({ action: 'restore' }, ids))) after();
  });
  return true;
}

export async function setMedium(ids: string[], medium: Medium, after: () => void): Promise<boolean> {
  const done = await attempt(() => bulk({ action: 'medium', medium }, ids));
  if (!done) return false;
  after();
  say(`${plural(ids.length, 'artwork')} now ${ids.length === 1 ? `a ${medium}` : `${medium}s`}`);
  return true;
}

export async function addToAlbum(ids: string[], album: { id: string; title: string }): Promise<boolean> {
  const done = await attempt(() => bulk({ action: 'add_to_album', album: album.id }, ids));
  if (!done) return false;
  offerUndo(`${plural(ids.length, 'artwork')} added to ${isolated(album.title)}`, async () => {
    await attempt(() => bulk({ action: 'remove_from_album', album: album.id }, ids));
  });
  return true;
}

export async function removeFromAlbum(ids: string[], album: string, after: () => void): Promise<boolean> {
  const done = await attempt(() => bulk({ action: 'remove_from_album', album }, ids));
  if (!done) return false;
  after();
  offerUndo(`${plural(ids.length, 'artwork')} taken out of the album`, async () => {
    if (await attempt(() => bulk({ action: 'add_to_album', album }, ids))) after();
  });
  return true;
}

/** One after the other: a head is asked for once, and the last answer says how many there are. */
export async function pickMany(ids: string[], liked: boolean | null): Promise<boolean> {
  return attempt(async () => {
    for (const [nth, id] of ids.entries()) {
      const taste = await pick(id, liked);
      if (nth === ids.length - 1) say(picked(ids.length, liked, taste));
    }
  });
}
