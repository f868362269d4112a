// The picture of an entry: its addresses by size, and its shape. Pure.
import type { Entry } from '../api/campaigns';

export type PictureSize = 'small' | 'medium' | 'large';

/** The same picture in another size, which is the name of the file; null when the artwork is gone. */
export function pictureOf({ medium }: Pick<Entry, 'medium'>, size: PictureSize): string | null {
  return medium.src?.replace(/\/(small|medium|large)\.(\w+)(?=$|\?)/, `/${size}.$2`) ?? null;
}

/** Width over height; 3:2 when nobody knows. */
export const aspectOf = ({ medium }: Pick<Entry, 'medium'>): number => (medium.width && medium.height ? medium.width / medium.height : 1.5);
