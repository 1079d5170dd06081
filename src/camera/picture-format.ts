/** What a file is by its first bytes; its name and MIME type say little. */
export type PictureFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'bmp' | 'avif' | 'heic' | 'tiff' | 'pdf' | 'svg' | 'video' | 'unknown';

/** Enough bytes for every signature below. */
export const signatureBytes = 64;

/**
 * Tells a picture's format from its first bytes.
 *
 * @param head  the file's first {@link signatureBytes} bytes, or all of a shorter one
 */
export function sniffPictureFormat(head: Uint8Array): PictureFormat {
  if (startsWith(head, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (startsWith(head, [0x89, 0x50, 0x4e, 0x47])) return 'png';
  const text = String.fromCharCode(...head);
  if (text.startsWith('GIF8')) return 'gif';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'webp';
  if (text.startsWith('BM')) return 'bmp';
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return 'tiff';
  if (text.startsWith('%PDF')) return 'pdf';
  if (startsWith(head, [0x1a, 0x45, 0xdf, 0xa3])) return 'video';
  if (text.slice(4, 8) === 'ftyp') return sniffBrand(text.slice(8));
  if (/^\uFEFF?\s*<(\?xml|svg|!--|!doctype svg)/i.test(text.replace('\u00ef\u00bb\u00bf', ''))) return 'svg';
  return 'unknown';
}

/** ISO base media files share one signature; the major brand and the compatible ones behind it tell them apart. */
function sniffBrand(brands: string): PictureFormat {
  const major = brands.slice(0, 4);
  const listed = [major, ...(brands.slice(8).match(/.{4}/gs) ?? [])];
  if (listed.some((brand) => brand === 'avif' || brand === 'avis')) return 'avif';
  if (listed.some((brand) => /^(heic|heix|heim|heis|hevc|hevx|mif1|msf1)$/.test(brand))) return 'heic';
  return 'video';
}

function startsWith(head: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, index) => head[index] === byte);
}
