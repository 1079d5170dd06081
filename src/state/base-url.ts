import { getRuntime } from './runtime';

/** Address under which `models/` and `gallery/` lie; ends with a slash. */
export function getBaseUrl(): string {
  return getRuntime().page.baseUrl;
}
