// What maps are called, in which order they are offered, and how far to trust them. Pure.
import type { ActivationMap, Faithfulness, Figure, Verdict } from '../api/explanations';
import { percent, short } from './words';

export const OVERALL = 'overall';

/** Names a map across artworks and versions. */
export const mapId = (map: Pick<ActivationMap, 'kind' | 'key'>): string => `${map.kind}:${map.key}`;

/** For people; what science calls the kinds, below, is told where tests are told. */
const NAMES: Record<string, string> = {
  merge: 'Where it shows, all layers',
  aesam: 'Where it shows, last layer',
  attam: 'Where it shows, last layer',
  gradient: 'What the score hangs on',
  visualbackprop: 'What the network looks at',
  raise: 'Where tiny changes raise the score',
  lower: 'Where tiny changes lower the score',
};
const TECHNICAL: Record<string, string> = {
  merge: 'Merge-layer map',
  aesam: 'Aesthetic activation map (AesAM)',
  attam: 'Attribute activation map (AttAM)',
  gradient: 'Gradient × activation',
  visualbackprop: 'VisualBackProp',
  raise: 'Adversarial map, raising',
  lower: 'Adversarial map, lowering',
};

/** What a map is called; attributes are named, the score need not be. */
export function mapName({ kind, key, label }: Pick<ActivationMap, 'kind' | 'key' | 'label'>): string {
  const said = NAMES[kind] ?? label;
  if (key === OVERALL) return said;
  return `${label.split(':')[0]}: ${said.charAt(0).toLowerCase()}${said.slice(1)}`;
}

export const technicalName = (kind: string): string => TECHNICAL[kind] ?? kind;

const GROUPS = ['The score', 'The network', 'Each attribute', 'Weak in tests'] as const;
export type GroupName = (typeof GROUPS)[number];

export const trusted = ({ faithfulness }: Pick<ActivationMap, 'faithfulness'>): boolean => faithfulness?.verdict === 'beats both';

/** Weak is what was tested and failed, or never tested. */
function groupOf(map: Pick<ActivationMap, 'kind' | 'key' | 'faithfulness'>): GroupName {
  if (!trusted(map)) return 'Weak in tests';
  if (map.kind === 'visualbackprop') return 'The network';
  return map.key === OVERALL ? 'The score' : 'Each attribute';
}

export interface MapGroup {
  name: GroupName;
  maps: ActivationMap[];
}

/** The maps by what they tell, weak ones last, empty groups left out, the server's order kept within. */
export function mapGroups(maps: readonly ActivationMap[]): MapGroup[] {
  return GROUPS.map((name) => ({ name, maps: maps.filter((map) => groupOf(map) === name) })).filter(({ maps: found }) => found.length);
}

const TRUST: Record<Verdict, number> = { 'beats both': 3, 'beats random only': 2, 'beats neither': 1 };
const trust = (map: ActivationMap): number => (map.faithfulness ? TRUST[map.faithfulness.verdict] : 0);
const ELSEWHERE = ['raise', 'lower', 'visualbackprop'];

/** The map to show for an attribute: of several kinds, the one that passed its tests best. */
export function bestMap(maps: readonly ActivationMap[], key: string): ActivationMap | null {
  const found = maps.filter((map) => map.key === key && !ELSEWHERE.includes(map.kind));
  return found.reduce<ActivationMap | null>((best, map) => (best && trust(best) >= trust(map) ? best : map), null);
}

/** How far to trust the map, in one sentence. */
export function verdictText(f: Faithfulness | null): string {
  if (!f) return 'Not tested yet: read it as a hint.';
  if (f.verdict === 'beats both') return 'In tests it beat a random map and a blob in the centre.';
  if (f.verdict === 'beats random only') return 'In tests it did not beat a blob in the centre. Do not build on it.';
  return 'In tests it was no better than a random map. Do not trust it.';
}

/** What the map tells and of what, for the value under the cursor. */
export const strengthText = (value: number): string => `${percent(value)} of the strongest spot`;

export function figure(value: Figure | undefined): number | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'number' ? value : value.value;
}

function besides(random: number | null, centre: number | null, write: (value: number) => string): string {
  const rivals = [random === null ? '' : `a random map ${write(random)}`, centre === null ? '' : `the centre ${write(centre)}`];
  return rivals.filter(Boolean).join(', ');
}

function tested(what: string, own: Figure, random: Figure, centre: Figure, write: (value: number) => string, note = ''): string {
  const value = figure(own);
  if (value === null) return '';
  const rivals = [besides(figure(random), figure(centre), write), note].filter(Boolean).join('; ');
  return `${what} ${write(value)}${rivals ? ` (${rivals})` : ''}`;
}

/** How a kind of map did in its tests, beside a random map and a blob in the centre. */
export function testSentence(f: Faithfulness | null): string {
  if (!f) return 'No test was made of it.';
  const parts = [
    tested('found the planted subject in', f.pointing, f.pointing_random, f.pointing_centre, percent),
    tested('deletion', f.deletion, f.deletion_random, f.deletion_centre, short, 'lower is better'),
    tested('insertion', f.insertion, f.insertion_random, f.insertion_centre, short, 'higher is better'),
  ].filter(Boolean);
  return parts.length ? `Tested: ${parts.join('; ')}.` : 'No test was made of it.';
}
