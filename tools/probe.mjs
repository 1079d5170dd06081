import { ensurePackages, runTypeScript } from './setup.mjs';

await ensurePackages();
process.exitCode = await runTypeScript('tools/probe.ts', process.argv.slice(2));
