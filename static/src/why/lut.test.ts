// The colours of maps.
import { describe, expect, it } from 'vitest';
import { CIVIDIS, colourOf } from './lut';

/** Relative luminance, WCAG 2. */
function luminance([r, g, b]: readonly number[]): number {
  const linear = [r, g, b].map((part) => {
    const share = (part as number) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

describe('the colours of a map', () => {
  it('run from dark blue to yellow, as cividis does', () => {
    expect(colourOf(0)).toEqual([0, 34, 78]);
    expect(colourOf(1)).toEqual([254, 232, 56]);
    const [r, g, b] = colourOf(0.5);
    expect(Math.max(Math.abs(r - 124), Math.abs(g - 123), Math.abs(b - 120))).toBeLessThanOrEqual(3);
  });

  it('never get darker as the map gets stronger, so that they can be read without hues', () => {
    const lights = Array.from({ length: 256 }, (_, i) => luminance([...CIVIDIS.subarray(3 * i, 3 * i + 3)]));
    lights.slice(1).forEach((light, i) => expect(light).toBeGreaterThanOrEqual((lights[i] as number) - 1e-3));
    expect((lights[255] as number) - (lights[0] as number)).toBeGreaterThan(0.75);
  });

  it('stay at the ends beyond the ends', () => {
    expect(colourOf(-3)).toEqual(colourOf(0));
    expect(colourOf(7)).toEqual(colourOf(1));
  });
});
