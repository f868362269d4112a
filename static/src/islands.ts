// The islands by the name a page asks for; each is a chunk of its own.
import type { Component } from 'svelte';

type Load = () => Promise<{ default: Component<never> }>;

const LOADERS: Record<string, Load> = {
  gallery: async () => import('./gallery/Gallery.svelte') as never,
  album: async () => import('./albums/AlbumPage.svelte') as never,
  albums: async () => import('./albums/Albums.svelte') as never,
  artwork: async () => import('./artwork/ArtworkPage.svelte') as never,
  compare: async () => import('./compare/Compare.svelte') as never,
  crop: async () => import('./crop/Studio.svelte') as never,
  'crop-batches': async () => import('./batches/Batches.svelte') as never,
  campaigns: async () => import('./campaigns/Campaigns.svelte') as never,
  campaign: async () => import('./campaigns/CampaignPage.svelte') as never,
  'campaign-edit': async () => import('./campaigns/edit/CampaignEdit.svelte') as never,
  rate: async () => import('./rate/Rate.svelte') as never,
  'my-ratings': async () => import('./ratings/MyRatings.svelte') as never,
  training: async () => import('./training/Training.svelte') as never,
  'snapshot-new': async () => import('./training/SnapshotNew.svelte') as never,
  snapshot: async () => import('./training/SnapshotPage.svelte') as never,
  run: async () => import('./training/RunPage.svelte') as never,
  'run-compare': async () => import('./training/RunCompare.svelte') as never,
  registry: async () => import('./registry/Registry.svelte') as never,
  upload: async () => import('./upload/UploadPage.svelte') as never,
  jobs: async () => import('./jobs/Jobs.svelte') as never,
  account: async () => import('./account/Account.svelte') as never,
  'generation-studio': async () => import('./generation/GenerationStudio.svelte') as never,
  abilities: async () => import('./generation/Abilities.svelte') as never,
  share: async () => import('./share/Share.svelte') as never,
};

/** The component of an island. Raises when no island has that name. */
export async function loadIsland(name: string): Promise<Component<Record<string, unknown>>> {
  const load = LOADERS[name];
  if (!load) throw new Error(`There is no island named ${name}`);
  return (await load()).default as unknown as Component<Record<string, unknown>>;
}
