import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { programVersion } from './program';

it('the version in captions is the package\'s own', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  expect(programVersion).toBe(version);
});
