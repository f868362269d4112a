// What a campaign is and how far it got, in words. Pure.
import type { Access, Campaign, CampaignState, Entry, Mode, RaterRow } from '../api/campaigns';
import { formatCount, plural, signed } from '../ui/words';

export const MODES: Record<Mode, { name: string; does: string }> = {
  score: { name: 'Scores', does: 'One picture at a time, 1 to 10. The quickest way to a curve.' },
  pairs: { name: 'Pairs', does: 'Two pictures: the left, the right, a tie, or both bad. People agree best on these.' },
  attribute: { name: 'An attribute', does: 'One question about each picture, such as its light, answered in words; beside two examples, if you choose some.' },
  burst: { name: 'Best of a burst', does: 'Shots taken within seconds of each other: which one to keep.' },
};

export const ACCESS: Record<Access, string> = {
  link: 'Whoever has the link',
  group: 'People I name',
  open: 'Everybody with an account here',
};

const STATES: Record<CampaignState, string> = {
  draft: 'Draft',
  scheduled: 'Scheduled',
  submitting: 'Taking pictures',
  open: 'Open',
  closed: 'Closed',
  revealed: 'Revealed',
};

export const stateWord = ({ state, kind }: Pick<Campaign, 'state' | 'kind'>): string =>
  state === 'open' && kind === 'challenge' ? 'Voting' : STATES[state];

const at = new Intl.DateTimeFormat('en', { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
export const formatMoment = (iso: string): string => at.format(new Date(iso));

/** "3 days", "5 h 10 min", "40 s" until a moment; "" once it passed. */
export function timeLeft(iso: string, now: number): string {
  const seconds = Math.round((Date.parse(iso) - now) / 1000);
  if (seconds <= 0) return '';
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return plural(Math.round(hours / 24), 'day');
}

/** What comes next, and when; null when nothing is dated. */
export function nextMoment(campaign: Pick<Campaign, 'state' | 'submissions_close_at' | 'opens_at' | 'closes_at'>): { words: string; at: string } | null {
  const { state, submissions_close_at: submissions, opens_at: opens, closes_at: closes } = campaign;
  if (state === 'submitting' && submissions) return { words: 'Pictures until', at: submissions };
  if ((state === 'scheduled' || state === 'submitting') && opens) return { words: 'Voting from', at: opens };
  if (state === 'open' && closes) return { words: 'Votes until', at: closes };
  return null;
}

/** "12 pictures, 340 votes, 7 raters" */
export function countsText({ entries, raters, votes }: Campaign['counts']): string {
  return [plural(entries, 'picture'), plural(votes, 'vote'), ...(raters ? [plural(raters, 'rater')] : [])].join(', ');
}

export const paceWords = (ms: number | null): string => (ms === null ? '–' : `${(ms / 1000).toFixed(1)} s`);

export const percent = (share: number | null): string => (share === null ? '–' : `${Math.round(share * 100)} %`);

/** "9 of 10"; a dash before the first. */
export const checksMet = ({ checks }: Pick<RaterRow, 'checks'>): string =>
  checks.seen ? `${formatCount(checks.met)} of ${formatCount(checks.seen)}` : '–';

/** With fewer votes a curve is mostly what was expected before them. */
export const KNOWN_FROM = 5;
/** With fewer votes nothing of them is held against the model. */
export const COMPARED_FROM = 3;

export const isEstimate = ({ votes }: Pick<Entry, 'votes'>): boolean => votes > 0 && votes < KNOWN_FROM;

/** "mostly expected: 1 vote"; empty once the votes speak for themselves, and before the first. */
export function estimateWords(entry: Pick<Entry, 'votes' | 'prior'>): string {
  if (!isEstimate(entry)) return '';
  return `${entry.prior ? 'mostly expected' : 'an estimate'}: ${plural(entry.votes, 'vote')}`;
}

/** How much more the votes say than the model expects; null while there are too few. */
export function gapOf({ prior, votes, votes_mean: said }: Pick<Entry, 'prior' | 'votes' | 'votes_mean'>): number | null {
  return prior && said !== null && said !== undefined && votes >= COMPARED_FROM ? said - prior.mean : null;
}

/** "0.8 above what the model expects" */
export function gapWords(gap: number): string {
  const size = Math.abs(gap).toFixed(1);
  if (Number(size) === 0) return 'as the model expects';
  return `${size} ${gap > 0 ? 'above' : 'below'} what the model expects`;
}

/** "6.2, 80 % sure within 5.8 to 6.6"; of attributes signs are kept. */
export function standingWords(entry: Pick<Entry, 'mean' | 'low' | 'high' | 'votes'> & Partial<Pick<Entry, 'prior'>>, withSign = false): string {
  const number = (value: number): string => (withSign ? signed(value, 2) : value.toFixed(1));
  if (!entry.votes) return 'no votes yet';
  if (entry.mean === null) return plural(entry.votes, 'vote');
  const range = entry.low === null || entry.high === null ? '' : `, 80 % interval ${number(entry.low)} to ${number(entry.high)}`;
  return `${number(entry.mean)}${range}, ${estimateWords({ votes: entry.votes, prior: entry.prior ?? null }) || plural(entry.votes, 'vote')}`;
}

const ORDINALS = new Intl.PluralRules('en', { type: 'ordinal' });
const ENDINGS: Record<string, string> = { one: 'st', two: 'nd', few: 'rd', other: 'th' };
export const ordinal = (place: number): string => `${formatCount(place)}${ENDINGS[ORDINALS.select(place)] ?? 'th'}`;
