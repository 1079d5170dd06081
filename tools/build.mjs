import { ensureBuild, ensurePackages } from './setup.mjs';

await ensurePackages();
await ensureBuild({ force: true });
