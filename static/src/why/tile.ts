// Between stored map tiles and canvases: fetching, painting, saving.
import type { Artwork } from '../api/types';
import { fieldOf, painted, type Field } from './field';

const FINE = 256;
const SAVED = 1280;

async function picture(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

function canvasOf(width: number, height: number): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return [canvas, canvas.getContext('2d') as CanvasRenderingContext2D];
}

/** The strengths of a stored tile. Rejects when it cannot be fetched. */
export async function fetchField(url: string): Promise<Field> {
  const image = await picture(url);
  const { naturalWidth: width, naturalHeight: height } = image;
  const [, context] = canvasOf(width, height);
  context.drawImage(image, 0, 0);
  return fieldOf(width, height, context.getImageData(0, 0, width, height).data);
}

/** Paints a field into a canvas that CSS stretches over the picture. */
export function paint(canvas: HTMLCanvasElement, field: Field): void {
  canvas.width = FINE;
  canvas.height = FINE;
  canvas.getContext('2d')?.putImageData(new ImageData(painted(field, FINE, FINE), FINE, FINE), 0, 0);
}

export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Saves the map as it is shown, over the picture, as PNG. */
export async function savePng(artwork: Artwork, field: Field, opacity: number, name: string): Promise<void> {
  const under = artwork.renditions && opacity < 1 ? await picture(artwork.renditions.medium) : null;
  const [wide, high] = [artwork.width ?? 1, artwork.height ?? 1];
  const ratio = SAVED / Math.max(wide, high);
  const [canvas, context] = canvasOf(Math.max(1, Math.round(wide * ratio)), Math.max(1, Math.round(high * ratio)));
  if (under) context.drawImage(under, 0, 0, canvas.width, canvas.height);
  const tile = document.createElement('canvas');
  paint(tile, field);
  context.globalAlpha = under ? opacity : 1;
  context.drawImage(tile, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob) saveBlob(blob, name);
}

/** Saves everything that is said about why: numbers, tests, addresses of the maps. */
export function saveJson(artwork: Artwork, name: string): void {
  const { id, title, score, explanation, attributes, maps, palette, versions } = artwork;
  const whole = { id, title, score, explanation, attributes, maps: maps?.map((map) => ({ ...map, url: new URL(map.url, location.href).href })), palette, versions };
  saveBlob(new Blob([JSON.stringify(whole, null, 2)], { type: 'application/json' }), name);
}

/** A file name that says what is in it. */
export function fileName(artwork: Artwork, what: string, extension: string): string {
  const plain = `${artwork.title || 'untitled'} ${what}`.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
  return `${plain}.${extension}`;
}
