// Statistics and drawing geometry of a ten-bin opinion distribution. Pure.
// Bin i (0-9) stands for the rating i + 1.

export const BINS = 10;

/** The distribution scaled to sum to one; null when it holds nothing usable. */
export function normalise(distribution: readonly number[] | null | undefined): number[] | null {
  if (!distribution || distribution.length !== BINS) return null;
  const total = distribution.reduce((sum, share) => sum + Math.max(0, share), 0);
  if (!(total > 0) || !Number.isFinite(total)) return null;
  return distribution.map((share) => Math.max(0, share) / total);
}

export function meanOf(distribution: readonly number[]): number {
  return distribution.reduce((sum, share, bin) => sum + share * (bin + 1), 0);
}

export function sdOf(distribution: readonly number[]): number {
  const mean = meanOf(distribution);
  return Math.sqrt(distribution.reduce((sum, share, bin) => sum + share * (bin + 1 - mean) ** 2, 0));
}

/** Share in per cent; a small one stays visible as "<1 %". */
export function formatShare(share: number): string {
  if (share === 0) return '0 %';
  if (share < 0.01) return '<1 %';
  return `${Math.round(share * 100)} %`;
}

export const formatMean = (mean: number): string => mean.toFixed(1);

/** The 80 % interval of the crowd's mean in a sentence, ends rounded to one decimal. */
export function intervalSentence([low, high]: readonly [number, number]): string {
  return `A crowd like the one it learned from would put its mean between ${low.toFixed(1)} and ${high.toFixed(1)}, about four times in five; less often for motifs it never met.`;
}

/** How far to trust the model on this medium: its card says that it has only ever seen photos. */
export function trustSentence(medium: 'photo' | 'painting', interval: readonly [number, number]): string {
  if (medium === 'photo') return intervalSentence(interval);
  return 'The model learned from photos only and is untested on paintings. Take this as what people might say of a photo that looks like it.';
}

/** Where a score stands, 0-100: among the photos the model learned from, and in its owner's library. */
export interface Place {
  known: number | null;
  library: number | null;
}

/** The places that may be claimed: how a painting compares with photos, the card does not say. */
export function placeOf(medium: 'photo' | 'painting', score: { percentile: number | null; reference_percentile: number | null }): Place {
  return { known: medium === 'photo' ? score.reference_percentile : null, library: score.percentile };
}

/** Both places in one sentence; empty when neither is known. */
export function placeSentence({ known, library }: Place, name = 'your library'): string {
  const first = known === null ? '' : knownPhrase(Math.round(known));
  const second = library === null ? '' : libraryPhrase(Math.round(library), name);
  const same = first.startsWith(HIGHER) && second.startsWith(HIGHER);
  const said = [first, same ? second.slice(HIGHER.length) : second].filter(Boolean).join(', and ');
  return said && `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}

const HIGHER = 'higher ';

function knownPhrase(place: number): string {
  if (place >= 100) return 'higher than nearly all photos it learned from';
  if (place <= 0) return 'lower than nearly all photos it learned from';
  return `higher than ${place} of 100 photos it learned from`;
}

function libraryPhrase(place: number, name: string): string {
  if (place >= 99) return `among the very highest in ${name}`;
  if (place <= 1) return `among the lowest in ${name}`;
  return `higher than ${place} % of ${name}`;
}

/** How far opinions lie apart, in a word. The votes on a tenth of OASIS's photos spread less than 1.7, on a quarter more than 2.3. */
export function agreementWord(sd: number): string {
  if (sd < 1.7) return 'People would largely agree';
  if (sd < 2.3) return 'Opinions would vary';
  return 'Opinions would be divided';
}

export interface Point {
  x: number;
  y: number;
}

/** Points of the curve over the bins inside a box: bin centres, floor at both ends. */
export function curvePoints(shares: readonly number[], width: number, height: number, peak: number): Point[] {
  const step = width / BINS;
  const top = peak > 0 ? peak : 1;
  const inner = shares.map((share, bin) => ({ x: step * (bin + 0.5), y: height - (share / top) * height }));
  return [{ x: 0, y: height }, ...inner, { x: width, y: height }];
}

function slopes(points: readonly Point[]): number[] {
  const secants = points.slice(1).map((point, i) => {
    const before = points[i] as Point;
    return (point.y - before.y) / (point.x - before.x);
  });
  return points.map((_, i) => {
    const before = secants[i - 1];
    const after = secants[i];
    if (before === undefined || after === undefined || before * after <= 0) return 0;
    return (2 * before * after) / (before + after);
  });
}

/** SVG path of the monotone cubic through the points: never overshoots, so no share is invented. */
export function smoothPath(points: readonly Point[]): string {
  const tangent = slopes(points);
  const start = points[0];
  if (!start) return '';
  let path = `M${round(start.x)} ${round(start.y)}`;
  for (let i = 1; i < points.length; i += 1) {
    const a = points[i - 1] as Point;
    const b = points[i] as Point;
    const third = (b.x - a.x) / 3;
    const first = `${round(a.x + third)} ${round(a.y + third * (tangent[i - 1] as number))}`;
    const second = `${round(b.x - third)} ${round(b.y - third * (tangent[i] as number))}`;
    path += `C${first} ${second} ${round(b.x)} ${round(b.y)}`;
  }
  return path;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Position of a rating (1-10, fractions allowed) on a horizontal axis of ten bins. */
export function ratingX(rating: number, width: number): number {
  return ((rating - 0.5) / BINS) * width;
}
