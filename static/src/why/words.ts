// What an explanation says, in sentences, groups and orders. Pure.
import type { AttributeReading, Evidence } from '../api/explanations';
import { signed } from '../ui/words';

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
/** A share or a correlation to two places, without its nought. */
export const short = (value: number): string => value.toFixed(2).replace(/^(-?)0\./, '$1.');

/** With a capital and a full stop; empty when there is nothing to say. */
export function sentence(words: string): string {
  const said = words.trim();
  return said && `${said.charAt(0).toUpperCase()}${said.slice(1)}${/[.!?]$/.test(said) ? '' : '.'}`;
}

/** A value in its own units: signed where the range has a middle, bare up to one, else with its top. */
export function valueText({ value, low, high }: Pick<AttributeReading, 'value' | 'low' | 'high'>): string {
  if (value === null) return '';
  if (low < 0) return signed(value, 2);
  if (high <= 1) return value.toFixed(2);
  return `${Number.isInteger(value) ? value : value.toFixed(1)} of ${high}`;
}

/** The value and the range it lies on: "+0.20 (−1 to +1)". */
export function rawText(reading: Pick<AttributeReading, 'value' | 'low' | 'high'>): string {
  const { value, low, high } = reading;
  if (value === null) return '';
  const end = (at: number): string => (low < 0 ? signed(at, Number.isInteger(at) ? 0 : 1) : String(at));
  return `${valueText(reading).replace(/ of .*/, '')} (${end(low)} to ${end(high)})`;
}

export function placeText(percentile: number | null): string {
  if (percentile === null) return '';
  const place = Math.round(percentile);
  if (place >= 99) return 'above nearly all';
  if (place <= 1) return 'below nearly all';
  return `above ${place} of 100`;
}

/** Where a number comes from, in one line. */
export function sourceText({ source, evidence }: Pick<AttributeReading, 'source' | 'evidence'>): string {
  if (source === 'measured') return evidence ? `measured, rank correlation with raters ${short(evidence.srcc)}` : 'measured';
  if (source !== 'learned') return '';
  return evidence ? `learned from ${crowd(evidence)}, rank correlation ${short(evidence.srcc)} on ${evidence.tested_on.toLocaleString('en')} it had not seen${rival(evidence)}` : 'learned from raters';
}

/** Says so where something simple does as well as what was learned. */
function rival({ baseline, srcc }: Evidence): string {
  if (!baseline || baseline.srcc < srcc) return '';
  return `; a simple ${/colou?r/.test(baseline.name) ? 'colour ' : ''}formula does as well`;
}

function crowd({ raters, learned_from: learned }: Evidence): string {
  const pictures = `${learned.toLocaleString('en')} pictures`;
  return raters > 0 ? `${pictures} × ${raters.toLocaleString('en')} raters` : pictures;
}

/** Share of the way from the low to the high end, 0 to 1. */
export function shareOf({ value, low, high }: Pick<AttributeReading, 'value' | 'low' | 'high'>): number {
  return Math.min(1, Math.max(0, ((value ?? low) - low) / (high - low)));
}

/** Where the bar ends, 0 to 1: by the place among known pictures where there is one, as the words beside it. */
export function barShare(reading: Pick<AttributeReading, 'value' | 'low' | 'high' | 'percentile'>): number {
  return reading.percentile === null ? shareOf(reading) : Math.min(1, Math.max(0, reading.percentile / 100));
}

/** Where the bar starts: half of the known pictures, else the middle of a range that has one, else its low end. */
export function barStart({ low, high, percentile }: Pick<AttributeReading, 'low' | 'high' | 'percentile'>): number {
  if (percentile !== null) return 0.5;
  return low < 0 ? -low / (high - low) : 0;
}

const WEAK = 0.3;

/** Whether it stands for what people would say; a formula that hardly follows them is a fact about pixels. */
export function isOpinion({ judgement, source, evidence }: Pick<AttributeReading, 'judgement' | 'source' | 'evidence'>): boolean {
  return judgement && (source !== 'measured' || (evidence?.srcc ?? 0) >= WEAK);
}

export interface Sorted {
  judged: AttributeReading[];
  measured: AttributeReading[];
  choices: AttributeReading[];
  unproven: AttributeReading[];
  unrated: AttributeReading[];
}

const UNTESTED = 0.1;

/** How much a judgement tells: how far from the middle it lies, as far as it may be trusted. */
const telling = ({ percentile, evidence }: AttributeReading): number => Math.abs((percentile ?? 50) - 50) * (evidence?.srcc ?? UNTESTED);

/** Judgements with the most telling first, then facts, then what has no number and why. */
export function sorted(attributes: readonly AttributeReading[]): Sorted {
  const known = attributes.filter((one) => one.value !== null && one.choice === null);
  const without = attributes.filter((one) => one.value === null && one.choice === null);
  return {
    judged: known.filter(isOpinion).sort((a, b) => telling(b) - telling(a)),
    measured: known.filter((one) => !isOpinion(one)),
    choices: attributes.filter((one) => one.choice !== null),
    unproven: without.filter((one) => one.missing === 'not_proven'),
    unrated: without.filter((one) => one.missing === 'no_training_data'),
  };
}

const third = (share: number, names: readonly [string, string, string]): string => names[Math.min(2, Math.floor(share * 3))] as string;

/** What the crosshair reads, for an ear. */
export function readout(value: number, { u, v }: { u: number; v: number }): string {
  const [row, column] = [third(v, ['top', 'middle', 'bottom']), third(u, ['left', 'centre', 'right'])];
  return `${percent(value)} of the strongest spot, ${row} ${column}`;
}

/** The painting vocabulary's colours as a person would point at them. */
const SWATCHES: Record<string, string> = {
  black: '#16161a',
  yellow: '#f2d21b',
  'yellow-green': '#a6c61c',
  green: '#2f9a3f',
  'cyan-green': '#1fa67e',
  cyan: '#22b4c4',
  'cyan-blue': '#2390d0',
  blue: '#2f55c7',
  'blue-magenta': '#7140bd',
  magenta: '#c23aa6',
  'magenta-red': '#cf2f6e',
  red: '#c9302c',
  orange: '#e8862a',
};

export const swatchOf = (choice: string): string | null => SWATCHES[choice] ?? null;
