// Why an artwork could not be judged, for a person.
import { isAboutFile, messageFor } from '../api/problem';
import type { Artwork } from '../api/types';
import { jobReason } from '../ui/words';

export interface Failure {
  reason: string;
  /** Only another file helps; trying again does not. */
  fileIsToBlame: boolean;
}

export function failureOf(artwork: Pick<Artwork, 'error_code' | 'error_text' | 'jobs'>): Failure {
  const stuck = artwork.jobs?.find((job) => job.state === 'dead' || job.state === 'failed');
  const code = artwork.error_code || stuck?.error_code || '';
  const known = messageFor({ code, status: 422 });
  if (isAboutFile(code)) return { reason: known, fileIsToBlame: true };
  return { reason: artwork.error_text || (stuck ? jobReason(stuck) : known), fileIsToBlame: false };
}
