// The scale of a campaign's votes: its ends, its steps and what they are called. Pure.
import type { AskedAttribute, Campaign, Entry } from '../api/campaigns';
import type { Step } from '../api/rating';
import { signed } from '../ui/words';

export interface Scale {
  low: number;
  high: number;
  lowWord: string;
  highWord: string;
  /** Whether values have signs, as attributes about a middle do. */
  withSign: boolean;
  /** Answers that have words, lowest first; null where they are numbers. */
  steps: readonly Step[] | null;
}

const POINTS: Scale = { low: 1, high: 10, lowWord: 'low', highWord: 'high', withSign: false, steps: null };

/** Pairs and bursts end on the points of a score too. */
export function scaleOf({ attribute }: Pick<Campaign, 'attribute'>): Scale {
  if (!attribute) return POINTS;
  const { low, high, low_word: lowWord, high_word: highWord } = attribute;
  const words = attribute.choices.length ? attribute.choices : stepWords(attribute);
  const apart = attribute.choices.length ? 1 : (high - low) / (words.length - 1);
  const steps = words.map((label, i) => ({ value: (attribute.choices.length ? 0 : low) + i * apart, label }));
  return { low, high, lowWord, highWord, withSign: low < 0, steps };
}

export const valueOn = (scale: Scale, value: number): string => (scale.withSign ? signed(value, 2) : value.toFixed(1));

/** An answer as raters chose it: in words where it has any. */
export const answerOn = (scale: Scale, value: number): string => scale.steps?.find((step) => Math.abs(step.value - value) < 1e-6)?.label ?? valueOn(scale, value);

type Standing = Pick<Entry, 'mean' | 'low' | 'high' | 'votes'>;

/** A standing in the units of the scale: it comes in points of 1 to 10, whatever was asked. None of what nobody voted on. */
export function onScale(scale: Scale, { mean, low, high, votes }: Standing): Standing {
  const place = (points: number | null): number | null =>
    points === null || !votes ? null : scale.low + ((points - POINTS.low) / (POINTS.high - POINTS.low)) * (scale.high - scale.low);
  return { mean: place(mean), low: place(low), high: place(high), votes };
}

const OUTCOMES = ['Left', 'Right', 'A tie', 'Both bad'];

/** What the bars of the answers stand for, as many as there are. */
export function answerLabels({ mode, attribute }: Pick<Campaign, 'mode' | 'attribute'>, bars: number): string[] {
  if (mode === 'pairs' && bars === OUTCOMES.length) return OUTCOMES;
  if (!attribute) return Array.from({ length: bars }, (_, i) => String(i + 1));
  return (scaleOf({ attribute }).steps ?? []).map(({ label }) => label);
}

/** The words that raters choose from, lowest first. */
export function stepWords({ low_word: low, high_word: high }: Pick<AskedAttribute, 'low_word' | 'high_word'>): string[] {
  return [low || 'low', `rather ${low || 'low'}`, 'in between', `rather ${high || 'high'}`, high || 'high'];
}
