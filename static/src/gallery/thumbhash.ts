// Draws an artwork's thumbhash on a small canvas, which CSS stretches over the tile.
import { thumbHashToRGBA } from 'thumbhash';

/** Svelte attachment for a canvas. */
export function drawThumbhash(hash: string): (canvas: HTMLCanvasElement) => void {
  return (canvas) => {
    try {
      const bytes = Uint8Array.from(atob(hash), (char) => char.charCodeAt(0));
      const { w, h, rgba } = thumbHashToRGBA(bytes);
      canvas.width = w;
      canvas.height = h;
      canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0);
    } catch {
      canvas.width = 0;
    }
  };
}
