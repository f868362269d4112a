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
  return `A real crowd’s mean would lie between ${low.toFixed(1)} and ${high.toFixed(1)}, four times in five.`;
}

/** How far to trust the model on this medium. It has only ever seen photos. */
export function trustSentence(medium: 'photo' | 'painting', interval: readonly [number, number]): string {
  if (medium === 'photo') return intervalSentence(interval);
  return 'This model learned from photos only: take its view of a painting as a guess.';
}

/** Where it stands in the library. `percentile` is 0-100: the share of artworks that score lower. */
export function percentileSentence(percentile: number, library = 'your library'): string {
  const value = Math.round(percentile);
  if (value >= 99) return `Among the very highest in ${library}.`;
  if (value <= 1) return `Among the lowest in ${library}.`;
  return `Higher than ${value} % of ${library}.`;
}

/** How far opinions lie apart, in a word. */
export function agreementWord(sd: number): string {
  if (sd < 1.2) return 'People would largely agree';
  if (sd < 1.8) return 'Opinions would vary';
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
