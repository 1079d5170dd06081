import { ensureBuild, ensurePackages, runTypeScript } from './setup.mjs';

await ensurePackages();
await ensureBuild();
process.exitCode = await runTypeScript('tools/screenshots.ts', process.argv.slice(2));
