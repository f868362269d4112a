// A run's history on one line of time: phases side by side, each as wide as its epochs. Pure.
import type { CurvePoint, RecipeKey } from '../api/training';
import { formatCount, percent } from '../ui/words';
import type { Word } from './glossary';
import { marks, type Range } from './plots/axis';

export type Metric = 'loss' | 'srcc' | 'emd_r2' | 'coverage' | 'kid' | 'discriminator';

export interface MetricWords {
  key: Metric;
  word: Word;
  name: string;
  about: string;
  better: 'up' | 'down' | 'goal' | 'neither';
}

export const METRICS: readonly MetricWords[] = [
  { key: 'srcc', word: 'srcc', name: 'SRCC', about: 'order as people’s; higher is better', better: 'up' },
  { key: 'emd_r2', word: 'emd', name: 'EMD', about: 'distance from people’s curves; lower is better', better: 'down' },
  { key: 'loss', word: 'loss', name: 'Loss', about: 'what training lowers', better: 'down' },
  { key: 'coverage', word: 'coverage', name: 'Coverage', about: 'voted means inside its 80 % intervals', better: 'goal' },
];

/** Two networks learn against each other, so that neither loss says by itself how well it goes. */
const DUEL: readonly MetricWords[] = [
  { key: 'kid', word: 'kid', name: 'KID', about: 'distance from real pictures; lower is better', better: 'down' },
  { key: 'loss', word: 'generator', name: 'Generator', about: 'its loss: how often it is found out', better: 'neither' },
  { key: 'discriminator', word: 'discriminator', name: 'Discriminator', about: 'its loss: how often it is fooled', better: 'neither' },
];

export const metricsOf = (recipe: RecipeKey): readonly MetricWords[] => (recipe === 'generator' ? DUEL : METRICS);

export const COVERAGE_GOAL = 0.8;

/** Where no figure can lie beyond. */
export const LIMITS: Partial<Record<Metric, Range>> = {
  srcc: { low: -1, high: 1 },
  coverage: { low: 0, high: 1 },
  emd_r2: { low: 0, high: Number.POSITIVE_INFINITY },
};

/** With fewer pictures held back, curves jump about by chance: ±0.45 in SRCC at 20, ±1 at 3. */
export const FEW_WATCHED = 20;

/** How many pictures the newest point was measured on; null where nobody said. */
export const watched = (curve: readonly CurvePoint[]): number | null => curve.findLast((point) => point.watched != null)?.watched ?? null;

export interface Phase {
  name: string;
  /** Share of the whole width where it begins and ends. */
  from: number;
  to: number;
}

export interface Placed {
  x: number;
  point: CurvePoint;
}

/** Phases in the order they came, and each point's place from 0 to 1. */
export function laidOut(curve: readonly CurvePoint[]): { phases: Phase[]; points: Placed[] } {
  const lengths = new Map<string, number>();
  for (const { phase, epoch, epochs } of curve) lengths.set(phase, Math.max(1, epoch, epochs)); // the newest estimate
  const whole = [...lengths.values()].reduce((sum, one) => sum + one, 0);
  const starts = new Map<string, number>();
  const phases: Phase[] = [];
  let sum = 0;
  for (const [name, length] of lengths) {
    starts.set(name, sum);
    phases.push({ name, from: sum / whole, to: (sum + length) / whole });
    sum += length;
  }
  return { phases, points: curve.map((point) => ({ x: ((starts.get(point.phase) ?? 0) + point.epoch) / whole, point })) };
}

/** Heads learn in rounds, each from more of the pictures; whole networks see all of them again and again. */
export const inRounds = (recipe: RecipeKey): boolean => recipe === 'refine' || recipe === 'head';

/** As ml.training.challenger.rounds has them; rounds that would be too small are left out. */
const SHARES = [0.1, 0.2, 0.4, 0.7, 1];

/** Under the points of rounds: the share of its pictures that each learned from. */
export function roundMarks(curve: readonly CurvePoint[]): { x: number; text: string }[] {
  const rounds = curve[0]?.epochs ?? 0;
  return (rounds ? SHARES.slice(-rounds) : []).map((share, i) => ({ x: (i + 1) / rounds, text: percent(share) }));
}

/** Under the points of a duel: round numbers of updates, up to those that are foretold. */
export function updateMarks(curve: readonly CurvePoint[]): { x: number; text: string }[] {
  const last = curve.at(-1);
  const whole = last ? Math.max(last.epoch, last.epochs) : 0;
  return whole ? marks({ low: 0, high: whole }, 3).map((updates) => ({ x: updates / whole, text: formatCount(updates) })) : [];
}

/** The newest known value of a metric. */
export function latest(curve: readonly CurvePoint[], metric: Metric): number | null {
  return curve.findLast((point) => point[metric] != null)?.[metric] ?? null;
}
