import { readFileSync } from 'node:fs';
import { findShared } from '../shared-folder';

/** Numbers from the tests of Captum, PAIR, tf-explain and iNNvestigate; they lie beside the project. */
const folder = findShared('vectors/', "Captum's and iNNvestigate's numbers are not compared");

/** Every number in nested lists, in order. */
export function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap(numbers) : [Number(value)];
}

/** A file of published numbers; null where it is not there. */
export function readPublished<T>(file: string): T | null {
  return folder === null ? null : JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as T;
}
