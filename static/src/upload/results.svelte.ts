// What became of the artworks just uploaded, filled in as the judgements arrive.
import { ownArtworks } from '../api/artworks';
import type { Artwork } from '../api/types';
import { onLive } from '../live/client';
import { coalesce } from '../live/coalesce';

const MOST = 60;
const watched = new Set<string>();
export const results = $state<{ byId: Record<string, Artwork> }>({ byId: {} });

const fetchSoon = coalesce<string>(150, (ids) => {
  for (const id of ids.slice(0, MOST)) void fetchOne(id);
});

async function fetchOne(id: string): Promise<void> {
  try {
    const artwork = await ownArtworks.artwork(id);
    results.byId[id] = artwork;
    if (artwork.state !== 'judging') watched.delete(id);
  } catch {
    watched.delete(id);
  }
}

/** Keeps an eye on an artwork until it is judged. */
export function watchArtwork(id: string): void {
  if (watched.has(id) || results.byId[id]) return;
  watched.add(id);
  fetchSoon([id]);
}

onLive((messages, reset) => {
  if (reset) fetchSoon(watched);
  const ids = messages.filter(({ kind }) => kind === 'artwork.changed').flatMap((message) => message.ids);
  fetchSoon(ids.filter((id) => watched.has(id)));
});
