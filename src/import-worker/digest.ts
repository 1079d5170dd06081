/** SHA-256 of bytes. */
export type Digest = (bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>;

/** The browser's SHA-256, or a library's on pages that are not secure (`http` in a school's network), which have no `crypto.subtle`. */
export const digestBytes: Digest = async (bytes) => {
  const { subtle } = crypto as { readonly subtle?: SubtleCrypto };
  if (subtle !== undefined) return subtle.digest('SHA-256', bytes);
  const { sha256 } = await import('@noble/hashes/sha2.js');
  return sha256(bytes).slice().buffer;
};

/** Hexadecimal, lower case. */
export function toHex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** One digest of several files: of their digests, in order. Hexadecimal. */
export async function digestAll(digest: Digest, digests: readonly string[]): Promise<string> {
  const [only] = digests;
  if (digests.length === 1 && only !== undefined) return only;
  return toHex(await digest(new TextEncoder().encode(digests.join('\n'))));
}

/** `kept-<name>-<6 digits of the hash>`: tells the person and the link what it is, and the same bytes apart from others. */
export function makeNetworkId(name: string, sha256: string): string {
  const slug = name.normalize('NFKD').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').slice(0, 40).replaceAll(/^-+|-+$/g, '');
  return `kept-${slug === '' ? 'network' : slug}-${sha256.slice(0, 6)}`;
}
