// Which of the three families comes closest to the votes. Pure.
import type { ScoreBin } from '../../api/campaigns';

export type FitKey = 'gaussian' | 'gamma' | 'gamma_reversed';
export const FITS: readonly { key: FitKey; name: string }[] = [
  { key: 'gaussian', name: 'Gaussian' },
  { key: 'gamma', name: 'Gamma' },
  { key: 'gamma_reversed', name: 'Reversed gamma' },
];

export function bestFit({ rmse }: Pick<ScoreBin, 'rmse'>): { key: FitKey; name: string } {
  return FITS.reduce((best, one) => ((rmse[one.key] ?? Infinity) < (rmse[best.key] ?? Infinity) ? one : best));
}

/** "Gaussian in 4 of 7 bins, Gamma in 2, Reversed gamma in 1" */
export function fitWins(bins: readonly Pick<ScoreBin, 'rmse'>[]): string {
  const won = FITS.map((fit) => ({ fit, times: bins.filter((bin) => bestFit(bin).key === fit.key).length }))
    .filter(({ times }) => times > 0)
    .sort((a, b) => b.times - a.times);
  return won.map(({ fit, times }, i) => (i === 0 ? `${fit.name} in ${times} of ${bins.length}` : `${fit.name} in ${times}`)).join(', ');
}
