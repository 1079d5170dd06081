import { ensurePackages, root, run } from './setup.mjs';

await ensurePackages();
process.exitCode = await run(process.execPath, [`${root}/node_modules/vite/bin/vite.js`, ...process.argv.slice(2)]);
