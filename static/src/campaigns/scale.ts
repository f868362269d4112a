// The scale of a campaign's votes: its ends, its steps and what they are called. Pure.
import type { AskedAttribute, Campaign, Entry } from '../api/campaigns';
import { signed } from '../ui/words';

export interface Scale {
  low: number;
  high: number;
  lowWord: string;
  highWord: string;
  /** Whether values have signs, as attributes about a middle do. */
  withSign: boolean;
}

const POINTS: Scale = { low: 1, high: 10, lowWord: 'low', highWord: 'high', withSign: false };

/** Pairs and bursts end on the points of a score too. */
export function scaleOf({ attribute }: Pick<Campaign, 'attribute'>): Scale {
  if (!attribute) return POINTS;
  const { low, high, low_word: lowWord, high_word: highWord } = attribute;
  return { low, high, lowWord, highWord, withSign: low < 0 };
}

export const valueOn = (scale: Scale, value: number): string => (scale.withSign ? signed(value, 2) : value.toFixed(1));

type Standing = Pick<Entry, 'mean' | 'low' | 'high' | 'votes'>;

/** A standing in the units of the scale: it comes in points of 1 to 10, whatever was asked. */
export function onScale(scale: Scale, { mean, low, high, votes }: Standing): Standing {
  const place = (points: number | null): number | null =>
    points === null ? null : scale.low + ((points - POINTS.low) / (POINTS.high - POINTS.low)) * (scale.high - scale.low);
  return { mean: place(mean), low: place(low), high: place(high), votes };
}

const OUTCOMES = ['Left', 'Right', 'A tie', 'Both bad'];

/** What the bars of the answers stand for, as many as there are. */
export function answerLabels({ mode, attribute }: Pick<Campaign, 'mode' | 'attribute'>, bars: number): string[] {
  if (mode === 'pairs' && bars === OUTCOMES.length) return OUTCOMES;
  if (!attribute) return Array.from({ length: bars }, (_, i) => String(i + 1));
  if (attribute.choices.length === bars) return attribute.choices;
  return stepLabels(attribute, bars);
}

function stepLabels({ low, high, low_word: lowWord, high_word: highWord }: AskedAttribute, steps: number): string[] {
  return Array.from({ length: steps }, (_, i) => {
    const value = low + ((high - low) * i) / Math.max(1, steps - 1);
    const text = low < 0 ? signed(value, 2) : String(Math.round(value * 100) / 100);
    const word = i === 0 ? lowWord : i === steps - 1 ? highWord : '';
    return word ? `${text}, ${word}` : text;
  });
}
