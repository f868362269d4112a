// What may be sent, decided before sending.
import { describe, expect, it } from 'vitest';
import { acceptOf, looksSupported, refusal, titleFrom } from './formats';

const limits = { max_bytes: 1_000_000, max_pixels: 0, formats: ['JPEG', 'PNG', 'TIFF', 'HEIC'] };
const file = (name: string, size = 10, type = '') => ({ name, size, type });

describe('a chosen file', () => {
  it.each(['a.jpg', 'a.JPEG', 'b.tif', 'c.heif', 'noext.png'])('may be sent as %s', (name) => {
    expect(refusal(file(name), limits)).toBe('');
  });

  it('may be sent by its declared type when its name says nothing', () => {
    expect(looksSupported(file('image', 10, 'image/jpeg'), limits)).toBe(true);
  });

  it('is refused with the reason before any byte is sent', () => {
    expect(refusal(file('a.svg', 10, 'image/svg+xml'), limits)).toMatch(/not supported/);
    expect(refusal(file('.DS_Store'), limits)).toMatch(/not supported/);
    expect(refusal(file('a.jpg', 0), limits)).toMatch(/empty/);
    expect(refusal(file('a.jpg', 2_500_000), limits)).toBe(
      '2.5 MB is more than the 1.0 MB this server accepts. Export a smaller copy.',
    );
  });

  it.each([
    ['Water_lilies_1906.jpg', 'Water lilies 1906'],
    ['v1.2 final.tif', 'v1.2 final'],
    ['.jpg', ''],
  ])('lends its name %s as the first title', (name, title) => {
    expect(titleFrom(name)).toBe(title);
  });

  it('is offered in the picker by every usual extension', () => {
    expect(acceptOf(limits)).toBe('.jpg,.jpeg,.jpe,.jfif,.png,.tif,.tiff,.heic,.heif,.hif');
  });
});
