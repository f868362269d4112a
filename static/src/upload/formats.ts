// Which files are worth sending, decided before a byte moves. The server decides again. Pure.
import { messageFor } from '../api/problem';
import type { Limits } from '../api/types';
import { formatBytes } from '../ui/words';

const ALIASES: Record<string, string> = { jpg: 'jpeg', jpe: 'jpeg', jfif: 'jpeg', tif: 'tiff', heif: 'heic', hif: 'heic' };
const EXTENSIONS: Record<string, string[]> = {
  jpeg: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  tiff: ['.tif', '.tiff'],
  heic: ['.heic', '.heif', '.hif'],
};

function canonical(name: string): string {
  const lower = name.toLowerCase();
  return ALIASES[lower] ?? lower;
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? canonical(name.slice(dot + 1)) : '';
}

function formatSet(limits: Limits): Set<string> {
  return new Set(limits.formats.map(canonical));
}

/** Whether a file looks like a picture this server takes, by name or declared type. */
export function looksSupported(file: { name: string; type: string }, limits: Limits): boolean {
  const formats = formatSet(limits);
  if (!formats.size) return true;
  const declared = file.type.startsWith('image/') ? canonical(file.type.slice(6)) : '';
  return formats.has(extensionOf(file.name)) || formats.has(declared);
}

/** Why the server would refuse this file; empty when it may be sent. */
export function refusal(file: { name: string; type: string; size: number }, limits: Limits): string {
  if (file.size === 0) return messageFor({ code: 'empty_file', status: 0 });
  if (limits.max_bytes && file.size > limits.max_bytes) {
    return `${formatBytes(file.size)} is more than the ${formatBytes(limits.max_bytes)} this server accepts. Export a smaller copy.`;
  }
  return looksSupported(file, limits) ? '' : messageFor({ code: 'unsupported_format', status: 0 });
}

/** A title to begin with: the file's name without its extension, underscores read as spaces. */
export function titleFrom(name: string): string {
  return name.replace(/\.[^.]+$/, '').replaceAll('_', ' ').trim().slice(0, 200);
}

/** Value of a file input's `accept`. */
export function acceptOf(limits: Limits): string {
  return [...formatSet(limits)].flatMap((format) => EXTENSIONS[format] ?? [`.${format}`]).join(',');
}
