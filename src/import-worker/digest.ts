/** SHA-256 of bytes; null where the browser has no `crypto.subtle` (insecure origins). */
export type Digest = (bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>;

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
