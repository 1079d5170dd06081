import { ensurePackages, runTypeScript } from './setup.mjs';

await ensurePackages();
process.exitCode = await runTypeScript('tools/run-tests.ts', process.argv.slice(2));
