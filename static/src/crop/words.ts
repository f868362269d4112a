// What the studio says about crops, in short phrases. Pure.
import type { Crop } from '../api/crops';
import { formatMean } from '../opinion/stats';
import { formatCount, signed } from '../ui/words';
import type { Box, Point } from './geometry';

/** "1,080 × 1,350 px" */
export const sizeText = ([, , width, height]: Box): string => `${formatCount(width)} × ${formatCount(height)} px`;

export function placeText([x, y]: Point): string {
  return `${Math.round(100 * x)} % from the left, ${Math.round(100 * y)} % from the top`;
}

/** "gains 0.3 on the whole": the gain as its sign and size say it. */
export function gainText(gain: number | null): string {
  if (gain === null) return '';
  const size = signed(gain);
  if (!/[+−]/.test(size)) return 'like the whole picture';
  return `${size} against the whole picture`;
}

/** The scorer's word on a crop, in a few characters; empty while it has none. */
export const meanText = ({ score }: Crop): string => (score.opinion ? formatMean(score.opinion.mean) : '');

/** The addresses of this server inside a text as other sites need them. */
export const absolute = (text: string, origin: string): string => text.replaceAll(/(^|[\s,])\//g, `$1${origin}/`);

export const NOTHING_LOST = 'Cuts through nothing that was found.';

/** What it loses in words, worst first as the server ordered them. */
export const lossesText = (crop: Crop): string => crop.losses.map(({ words }) => words).join(' ') || NOTHING_LOST;
