import { ensurePackages, runTypeScript } from './setup.mjs';

await ensurePackages();
process.exitCode = await runTypeScript('tools/networks.ts', process.argv.slice(2));
