// Turns a refused request (RFC 9457 problem document, or no document at all) into words for a person.

export interface Problem {
  code: string;
  status: number;
  title?: string;
  detail?: string;
}

const MESSAGES: Record<string, string> = {
  empty_file: 'The file is empty. Export it again and drop it here.',
  truncated: 'The file ends too early, as if its copy was cut off. Copy it again from the source.',
  unsupported_format: 'This format is not supported. Save it as JPEG, PNG, WebP, AVIF, TIFF or HEIC.',
  too_large: 'The file is larger than this server accepts. Export a smaller copy.',
  too_many_pixels: 'The picture has more pixels than this server accepts. Export a smaller copy.',
  too_wide: 'One side of the picture is longer than this server accepts. Export a smaller copy.',
  broken_image: 'The picture cannot be decoded. Open it in an editor and export it again.',
  too_many_frames: 'Animations are not judged. Upload a single frame.',
  over_quota: 'Your storage is full. Delete artworks you no longer need, or ask the owner for more space.',
  checksum_mismatch: 'The file arrived damaged. Retry sends it again.',
  offset_mismatch: 'The transfer lost its place. Retry continues it.',
  decode_timeout: 'The picture took too long to decode. Export a simpler copy.',
  decode_memory: 'The picture needs too much memory to decode. Export a smaller copy.',
  not_authenticated: 'You are signed out. Sign in and try again.',
  permission_denied: 'Your account may not do this.',
  not_found: 'This is no longer here.',
  throttled: 'Too many requests in a short time. It will work again in a minute.',
  link_expired: 'This share link has expired.',
  offline: 'The server cannot be reached. Check your connection; we keep trying.',
};

const BY_STATUS: Record<number, string> = {
  401: 'not_authenticated',
  403: 'permission_denied',
  404: 'not_found',
  413: 'too_large',
  415: 'unsupported_format',
  429: 'throttled',
};

/** What happened, for a person; falls back to the server's own detail. */
export function messageFor(problem: Problem): string {
  const known = MESSAGES[problem.code];
  if (known) return known;
  if (problem.detail) return problem.detail;
  const byStatus = BY_STATUS[problem.status];
  if (byStatus) return MESSAGES[byStatus] as string;
  if (problem.status >= 500) return 'The server had a problem. Nothing was lost; try again in a moment.';
  return problem.title ?? 'That did not work. Try again.';
}

const FILE_CODES = /^(empty_file|truncated|unsupported_format|too_large|too_many_pixels|too_wide|broken_image|too_many_frames|decode_)/;

/** Whether the file itself is to blame, so that sending it again cannot help. */
export const isAboutFile = (code: string): boolean => FILE_CODES.test(code);

/** Whether the server is away, down or behind a gateway that cannot reach it. */
export function isOutage(problem: Problem): boolean {
  return problem.code === 'offline' || [502, 503, 504].includes(problem.status);
}

/** Whether trying the same request again may succeed without anyone changing anything. */
export function isTemporary(problem: Problem): boolean {
  if (problem.code === 'offline' || problem.code === 'checksum_mismatch') return true;
  return problem.status >= 500 || problem.status === 429 || problem.status === 409;
}

/** Reads a problem document out of a response body; never throws. */
export function parseProblem(status: number, body: string): Problem {
  const fallback: Problem = { code: BY_STATUS[status] ?? 'error', status };
  try {
    const data: unknown = JSON.parse(body);
    if (typeof data !== 'object' || data === null) return fallback;
    const { code, title, detail } = data as Record<string, unknown>;
    return {
      code: typeof code === 'string' ? code : fallback.code,
      status,
      ...(typeof title === 'string' ? { title } : {}),
      ...(typeof detail === 'string' ? { detail } : {}),
    };
  } catch {
    return fallback;
  }
}

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(messageFor(problem));
    this.name = 'ApiError';
  }
}

/** The sentence to show for anything that was thrown. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  return messageFor({ code: 'error', status: 0 });
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
