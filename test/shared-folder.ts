import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * A folder of files that are too large, or not ours, to lie in the project: they lie beside it on the team's machines.
 *
 * @param path     inside that folder, with a slash at its end
 * @param leftOut  what is not compared in this run without it; said once
 * @returns        the path, null where it is not there
 */
export function findShared(path: string, leftOut: string): string | null {
  const folder = fileURLToPath(new URL(`../../shared/${path}`, import.meta.url));
  if (existsSync(folder)) return folder;
  console.info(`${folder} is not there; in this run ${leftOut}`);
  return null;
}
