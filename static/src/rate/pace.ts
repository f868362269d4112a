// How long the crowd's answer stays before the next picture comes; remembered on this device.
const KEY = 'connoisseur.rate-pace';

/** Milliseconds; null: the next picture waits for a key or a tap. */
export type Pace = number | null;

export const PACES: { pace: Pace; label: string }[] = [
  { pace: null, label: 'When I say' },
  { pace: 800, label: '0.8 s' },
  { pace: 2000, label: '2 s' },
];
const USUAL: Pace = 2000;

export function currentPace(): Pace {
  try {
    const stored = localStorage.getItem(KEY);
    if (stored === 'off') return null;
    return PACES.find(({ pace }) => pace === Number(stored))?.pace ?? USUAL;
  } catch {
    return USUAL;
  }
}

export function keepPace(pace: Pace): void {
  try {
    localStorage.setItem(KEY, pace === null ? 'off' : String(pace));
  } catch {
    // Storage refused (private window): the choice holds for this page only.
  }
}
