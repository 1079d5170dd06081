import { mkdir, mkdtemp, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../src/contract/errors';
import { writeNpy } from './npy';

function refuse(folder: string, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError('storage-unavailable', `${folder}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, false, { cause: thrown });
}

/** Makes a folder and those above it. Node's own recursive mkdir never returns below a folder that takes no entries (`/proc`). */
async function makeFolder(folder: string): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = await stat(at).catch((thrown: unknown) => {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw thrown;
    });
    if (found !== null) {
      if (!found.isDirectory()) throw new Error(`${at} is no folder`);
      break;
    }
    missing.push(at);
    if (dirname(at) === at) break;
  }
  for (const at of missing.reverse()) await mkdir(at);
  return missing.reverse();
}

/** The files of one run: they lie in a hidden folder until all of them are there, so that nothing is seen half written. */
export class ProbeOutput {
  // No prototype: a layer may have any name.
  readonly files: Record<string, string> = Object.create(null) as Record<string, string>;

  private constructor(private readonly folder: string, private readonly staging: string, private readonly made: readonly string[]) {}

  /** @throws AppError 'storage-unavailable' where the folder cannot be made or written */
  static async open(folder: string): Promise<ProbeOutput> {
    try {
      const made = await makeFolder(folder);
      return new ProbeOutput(folder, await mkdtemp(join(folder, '.probe-')), made);
    } catch (thrown) {
      throw refuse(folder, thrown);
    }
  }

  /** @param path  in the folder; several keys may name it */
  async array(key: string, path: string, value: { readonly shape: readonly number[]; data(): Promise<ArrayLike<number>> }): Promise<void> {
    const values = Float32Array.from(await value.data());
    await this.#write(path, writeNpy(value.shape, values));
    this.files[key] = path;
  }

  alias(name: string, key: string): void {
    const path = this.files[key];
    if (path !== undefined) this.files[name] = path;
  }

  /** Puts everything in its place, the report last. */
  async finish(report: object): Promise<void> {
    await this.#write('report.json', `${JSON.stringify({ ...report, files: this.files }, null, 1)}\n`);
    try {
      for (const path of [...new Set(Object.values(this.files)), 'report.json']) {
        await makeFolder(dirname(join(this.folder, path)));
        await rename(join(this.staging, path), join(this.folder, path));
      }
      await rm(this.staging, { recursive: true });
    } catch (thrown) {
      throw refuse(this.folder, thrown);
    }
  }

  /** Leaves nothing behind of a run that failed: also the folders that were made for it, where nobody else wrote into them. */
  async discard(): Promise<void> {
    await rm(this.staging, { recursive: true, force: true });
    for (const folder of this.made) if (!await rmdir(folder).then(() => true, () => false)) return;
  }

  async #write(path: string, bytes: Uint8Array | string): Promise<void> {
    try {
      await makeFolder(dirname(join(this.staging, path)));
      await writeFile(join(this.staging, path), bytes);
    } catch (thrown) {
      throw refuse(this.folder, thrown);
    }
  }
}
