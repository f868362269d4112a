// A rater's habits in words and on a line. Pure.
export const BIAS_ENDS = ['harsh', 'generous'] as const;
const FAR = 2;
const SLIGHT = 0.15;

export const NO_CARD = 'Your card comes when there is enough to compare with.';

/** Place of a bias, in points, on a line of two points either way: 0 harsh, 1 generous. */
export const biasAt = (bias: number): number => Math.min(1, Math.max(0, (bias + FAR) / (2 * FAR)));

export function biasWords(bias: number): string {
  if (Math.abs(bias) < SLIGHT) return 'as others';
  return `${Math.abs(bias).toFixed(1)} ${bias < 0 ? 'harsh' : 'generous'}`;
}
