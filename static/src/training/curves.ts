// A run's history on one line of time: phases side by side, each as wide as its epochs. Pure.
import type { CurvePoint, RecipeKey } from '../api/training';
import { percent } from '../ui/words';
import type { Word } from './glossary';

export type Metric = 'loss' | 'srcc' | 'emd_r2' | 'coverage';

export const METRICS: readonly { key: Metric; word: Word; name: string; about: string; better: 'up' | 'down' | 'goal' }[] = [
  { key: 'srcc', word: 'srcc', name: 'SRCC', about: 'order as people’s; higher is better', better: 'up' },
  { key: 'emd_r2', word: 'emd', name: 'EMD', about: 'distance from people’s curves; lower is better', better: 'down' },
  { key: 'loss', word: 'loss', name: 'Loss', about: 'what training lowers', better: 'down' },
  { key: 'coverage', word: 'coverage', name: 'Coverage', about: 'voted means inside its 80 % intervals', better: 'goal' },
];

export const COVERAGE_GOAL = 0.8;

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
  for (const { phase, epoch, epochs } of curve) lengths.set(phase, Math.max(lengths.get(phase) ?? 1, epoch, epochs));
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

/** The newest known value of a metric. */
export function latest(curve: readonly CurvePoint[], metric: Metric): number | null {
  return curve.findLast((point) => point[metric] !== null)?.[metric] ?? null;
}
