// Lines over a crop that help to judge its composition. Pure.
export type Guide = 'none' | 'thirds' | 'golden' | 'diagonal';
/** From x, y to x, y, in per cent of the crop's sides. */
export type Line = readonly [number, number, number, number];

export const GUIDES: readonly Guide[] = ['none', 'thirds', 'golden', 'diagonal'];
export const GUIDE_NAMES: Readonly<Record<Guide, string>> = { none: 'No grid', thirds: 'Thirds', golden: 'Golden section', diagonal: 'Diagonals' };

const GOLDEN = 100 * (1 - 2 / (1 + Math.sqrt(5)));

export const nextGuide = (guide: Guide): Guide => GUIDES[(GUIDES.indexOf(guide) + 1) % GUIDES.length] as Guide;

/** The lines of a guide over a crop of that ratio, width over height. */
export function linesOf(guide: Guide, ratio: number): Line[] {
  if (guide === 'none') return [];
  if (guide === 'diagonal') return bisectors(ratio);
  const first = guide === 'thirds' ? 100 / 3 : GOLDEN;
  return [first, 100 - first].flatMap((place): Line[] => [[place, 0, place, 100], [0, place, 100, place]]);
}

/** From each corner at 45 degrees, until the opposite side: the diagonal method. */
function bisectors(ratio: number): Line[] {
  const across = 100 * Math.min(1, 1 / ratio);
  const down = 100 * Math.min(1, ratio);
  return [[0, 0, across, down], [100, 0, 100 - across, down], [0, 100, across, 100 - down], [100, 100, 100 - across, 100 - down]];
}
