/** What every response carries so that the page is cross-origin isolated (SharedArrayBuffer, WASM threads). */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  // Not `credentialless`: Safari knows only this one, and the app loads nothing from elsewhere.
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;
