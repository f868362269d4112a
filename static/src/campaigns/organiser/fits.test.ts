// Who is closest to the votes.
import { expect, it } from 'vitest';
import { bestFit, fitWins } from './fits';

const bin = (gaussian: number, gamma: number, gamma_reversed: number) => ({ rmse: { gaussian, gamma, gamma_reversed } });

it('names the family with the smallest error', () => {
  expect(bestFit(bin(0.02, 0.01, 0.05)).name).toBe('Gamma');
});

it('counts how often each is closest', () => {
  expect(fitWins([bin(1, 2, 3), bin(1, 2, 3), bin(3, 2, 1)])).toBe('Gaussian in 2 of 3, Reversed gamma in 1');
});
