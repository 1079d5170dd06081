import { ensurePackages } from './setup.mjs';

await ensurePackages();
// In this process: a second one would cost the reader of a bad file another second.
const { register } = await import('tsx/esm/api');
register();
await import('./probe.ts');
