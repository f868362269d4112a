// What a job is about, and whether the same work asked for again could end otherwise. Pure.
import type { JobRow } from '../api/types';

const PAGES: Readonly<Record<string, (subject: string) => string>> = {
  train: (subject) => `/training/runs/${subject}/`,
  freeze: (subject) => `/training/snapshots/${subject}/`,
  fuse: (subject) => `/campaigns/${subject}/`,
  prove: () => '/models/',
  generate: () => '/studio/',
  taste: () => '/account/',
};

/** Where its subject is shown: most jobs are about a picture. */
export const pageOf = ({ kind, subject }: Pick<JobRow, 'kind' | 'subject'>): string => (PAGES[kind] ?? ((artwork) => `/artworks/${artwork}/`))(subject);

/** Reasons of runs, snapshots and generations that stay true however often they are tried. */
const LASTING = ['too_few_pictures', 'one_class', 'pictures_gone', 'bad_request', 'not_finite', 'asker_gone', 'model_retired', 'all_raters_flagged', 'nothing_chosen'];
/** Their failures may be the machine's: a full disk, a lost graphics card, a worker that loads badly. */
const MACHINES = ['train', 'freeze', 'prove', 'generate'];

/** What to do instead of a retry; empty where a retry may help, null where nothing has ended badly. */
export function insteadOfRetry({ kind, state, error_code: code }: Pick<JobRow, 'kind' | 'state' | 'error_code'>): string | null {
  if (state === 'dead' || state === 'cancelled') return '';
  if (state !== 'failed') return null;
  if (!MACHINES.includes(kind)) return 'needs another file';
  return LASTING.includes(code) ? 'needs other choices' : '';
}
