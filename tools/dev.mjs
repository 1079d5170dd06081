import { ensurePackages, root, run } from './setup.mjs';

await ensurePackages();
// Vite's own notice about its next major version is of no use to who runs this.
const environment = { ...process.env, VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' };
process.exitCode = await run(process.execPath, [`${root}/node_modules/vite/bin/vite.js`, ...process.argv.slice(2)], { env: environment });
