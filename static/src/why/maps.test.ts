// Maps: their names, their order, their tests.
import { describe, expect, it } from 'vitest';
import type { ActivationMap, Faithfulness, Verdict } from '../api/explanations';
import { bestMap, mapGroups, mapName, strengthText, technicalName, testSentence, verdictText } from './maps';

function faith(verdict: Verdict, rest: Partial<Faithfulness> = {}): Faithfulness {
  const none = { deletion: null, deletion_random: null, deletion_centre: null, insertion: null, insertion_random: null, insertion_centre: null };
  return { ...none, pointing: 0.71, pointing_random: 0.22, pointing_centre: 0.35, verdict, ...rest };
}
const map = (kind: string, key: string, verdict?: Verdict): ActivationMap => ({ kind, key, label: kind, url: '', explains: '', faithfulness: verdict ? faith(verdict) : null });

describe('the test of a map', () => {
  it('stands beside what a random map and the centre reach', () => {
    expect(testSentence(faith('beats both'))).toBe('Tested: found the planted subject in 71 % (a random map 22 %, the centre 35 %).');
  });

  it('says which way is better, and takes figures with intervals', () => {
    const said = testSentence(faith('beats both', { deletion: { value: 0.31, low: 0.2, high: 0.4 }, deletion_random: 0.45 }));
    expect(said).toContain('deletion .31 (a random map .45; lower is better)');
  });

  it('is missing where nothing was tested', () => {
    expect(testSentence(null)).toMatch(/No test/);
    expect(testSentence(faith('beats neither', { pointing: null }))).toMatch(/No test/);
  });

  it('is summed up in one sentence', () => {
    expect(verdictText(faith('beats both'))).toMatch(/beat a random map and a blob/);
    expect(verdictText(faith('beats random only'))).toMatch(/centre/);
    expect(verdictText(faith('beats neither'))).toMatch(/Do not trust/);
    expect(verdictText(null)).toMatch(/Not tested yet/);
  });
});

describe('the choice of maps', () => {
  it('has plain names, the technical ones apart', () => {
    expect(mapName({ kind: 'merge', key: 'overall', label: 'Overall: all layers' })).toBe('Where it shows, all layers');
    expect(mapName({ kind: 'attam', key: 'light', label: 'Light: where it is seen' })).toBe('Light: where it shows, last layer');
    expect(mapName({ kind: 'new', key: 'overall', label: 'Of another server' })).toBe('Of another server');
    expect(technicalName('gradient')).toBe('Gradient × activation');
  });

  it('is grouped by what they tell, what failed its tests last, without empty groups', () => {
    const groups = mapGroups([map('raise', 'overall', 'beats neither'), map('merge', 'light', 'beats both'), map('visualbackprop', 'overall'), map('merge', 'overall', 'beats both')]);
    expect(groups.map(({ name, maps }) => [name, maps.length])).toEqual([['The score', 1], ['Each attribute', 1], ['Weak in tests', 2]]);
  });

  it('says of what a value is a share', () => {
    expect(strengthText(0.54)).toBe('54 % of the strongest spot');
  });

  it('prefers the kind that passed its tests', () => {
    const maps = [map('merge', 'light', 'beats random only'), map('attam', 'light', 'beats both'), map('raise', 'overall', 'beats both')];
    expect(bestMap(maps, 'light')?.kind).toBe('attam');
    expect(bestMap(maps, 'overall')).toBeNull();
  });
});
