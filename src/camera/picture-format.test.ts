import { describe, expect, it } from 'vitest';
import { sniffPictureFormat } from './picture-format';
import { readPictureSize } from './picture-size';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('sniffPictureFormat', () => {
  it.each([
    ['jpeg', '\xff\xd8\xff\xe1'], ['png', '\x89PNG\r\n\x1a\n'], ['gif', 'GIF89a'], ['webp', 'RIFF\0\0\0\0WEBPVP8 '], ['bmp', 'BM\0\0'],
    ['heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'], ['heic', '\0\0\0\x18ftypmif1\0\0\0\0mif1heic'], ['avif', '\0\0\0\x1cftypavif\0\0\0\0mif1avif'],
    ['avif', '\0\0\0\x1cftypmif1\0\0\0\0avifmif1'], ['video', '\0\0\0\x18ftypisom\0\0\0\0isom'], ['tiff', 'II*\0'], ['pdf', '%PDF-1.7'],
    ['svg', '<svg xmlns="http://www.w3.org/2000/svg">'], ['svg', '\xef\xbb\xbf<?xml version="1.0"?><svg/>'], ['unknown', 'hello'], ['unknown', ''],
  ])('%s', (format, head) => {
    expect(sniffPictureFormat(bytesOf(head))).toBe(format);
  });
});

describe('readPictureSize', () => {
  it('reads a PNG', () => {
    expect(readPictureSize(bytesOf('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x10\0\0\0\x08\x01\x08'))).toEqual({ width: 4096, height: 2049 });
  });

  it('reads a JPEG behind an EXIF block and fill bytes', () => {
    const exif = `\xff\xe1\0\x06abcd`;
    const frame = '\xff\xff\xc2\0\x0b\x08\x0b\xb8\x0f\xa0\x03';
    expect(readPictureSize(bytesOf(`\xff\xd8${exif}${frame}`))).toEqual({ width: 4000, height: 3000 });
  });

  it('says null for what it cannot read', () => {
    expect(readPictureSize(bytesOf('GIF89a'))).toBeNull();
    expect(readPictureSize(bytesOf('\xff\xd8\xff\xe1\xff\xff'))).toBeNull();
    expect(readPictureSize(bytesOf('\xff\xd8nonsense, not a marker'))).toBeNull();
    expect(readPictureSize(new Uint8Array())).toBeNull();
  });
});
