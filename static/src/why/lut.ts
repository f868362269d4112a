// Cividis as a table of 256 colours: even in lightness, and the same to eyes that see no red or no green. Pure.
// Nunez, Anderton and Renslow 2018, doi:10.1371/journal.pone.0199239; knots within 3 of 255 of their table.

const KNOTS: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 34, 78],
  [22, 0, 49, 113],
  [28, 18, 53, 112],
  [35, 32, 58, 111],
  [53, 56, 71, 108],
  [86, 88, 94, 109],
  [125, 122, 122, 120],
  [152, 147, 142, 120],
  [203, 199, 183, 103],
  [234, 233, 211, 78],
  [251, 253, 227, 52],
  [255, 254, 232, 56],
];

function between(at: number): [number, number, number] {
  const after = Math.max(1, KNOTS.findIndex(([place]) => place >= at));
  const [a, ...low] = KNOTS[after - 1] as (typeof KNOTS)[number];
  const [b, ...high] = KNOTS[after] as (typeof KNOTS)[number];
  const share = (at - a) / (b - a);
  return low.map((value, i) => Math.round(value + share * ((high[i] as number) - value))) as [number, number, number];
}

/** Red, green and blue of the colours 0 to 255, one after another. */
export const CIVIDIS: Uint8ClampedArray = new Uint8ClampedArray(Array.from({ length: 256 }, (_, at) => between(at)).flat());

/** The colour of a strength from 0 to 1; beyond, the nearest end. */
export function colourOf(strength: number): [number, number, number] {
  const at = 3 * Math.round(255 * Math.min(1, Math.max(0, strength)));
  return [CIVIDIS[at] as number, CIVIDIS[at + 1] as number, CIVIDIS[at + 2] as number];
}
