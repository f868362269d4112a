// Numbers, sizes and times in words, the same everywhere.
const count = new Intl.NumberFormat('en');
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', year: 'numeric' });
const month = new Intl.DateTimeFormat('en', { month: 'short', year: 'numeric' });

export const formatCount = (value: number): string => count.format(value);
export const formatDay = (iso: string): string => day.format(new Date(iso));
export const formatMonth = (iso: string): string => month.format(new Date(iso));

/** A name people gave, kept from turning the text around it where no element can. */
export const isolated = (name: string): string => `\u2068${name}\u2069`;

/** A difference or a value about a middle, with its sign; what rounds to nothing has none. */
export function signed(value: number, digits = 1): string {
  const size = Math.abs(value).toFixed(digits);
  if (Number(size) === 0) return size;
  return `${value < 0 ? '−' : '+'}${size}`;
}

/** As many digits as asked, with a true minus sign; nothing is never below nothing. */
export function fixed(value: number, digits: number): string {
  const size = Math.abs(value).toFixed(digits);
  return value < 0 && Number(size) !== 0 ? `−${size}` : size;
}

/** A share of 1, in whole percent. */
export const percent = (share: number): string => `${Math.round(share * 100)}\u00a0%`;

/** Sizes as people write them: "458 x 366" with the sign of multiplication. */
export const crossed = (text: string): string => text.replaceAll(/(\d) x (?=\d)/g, '$1 × ');

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    unit += 1;
  } while (value >= 999.5 && unit < units.length - 1);
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** How long ago, from now; "just now" under five seconds. */
export function formatAge(iso: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  if (seconds < 5) return 'just now';
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

const ERROR_HINTS: Record<string, string> = {
  dead: 'The work failed several times.',
};

export function jobReason(job: { error_code: string; error_text: string }): string {
  return job.error_text || ERROR_HINTS[job.error_code] || job.error_code.replaceAll('_', ' ');
}
