// The steps of a scale by key and by place under a finger. Pure.

export const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];

/** Index of the step that a digit stands for, 0 being the tenth; -1 for a key without one. */
export function stepOfKey(key: string, steps: number): number {
  const at = DIGITS.indexOf(key);
  return at < steps ? at : -1;
}

/** The digit to press for a step; empty past the tenth. */
export const keyOfStep = (step: number): string => DIGITS[step] ?? '';

/** Index of the step under a finger on a row of equal steps; beyond an end it stays at that end. */
export function stepAt(x: number, row: { left: number; width: number }, steps: number): number {
  const at = Math.floor(((x - row.left) / row.width) * steps);
  return Math.min(steps - 1, Math.max(0, at));
}

/** Where the focus goes on a row of steps by an arrow or an end key; null for other keys. */
export function moved(key: string, at: number, steps: number): number | null {
  const by: Record<string, number> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };
  if (key === 'Home') return 0;
  if (key === 'End') return steps - 1;
  const step = by[key];
  return step === undefined ? null : Math.min(steps - 1, Math.max(0, at + step));
}
