import { signal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import { reportFailure } from '../../state/failure';

const page = signal<FunctionComponent | null>(null);

/** The network page's code is fetched when it is first opened: the live view must not wait for it. */
export function NetworkPageLoader() {
  useEffect(() => {
    if (page.peek() === null) import('./network-page').then(({ NetworkPage }) => { page.value = NetworkPage; }, reportFailure);
  }, []);
  const Page = page.value;
  return Page === null ? <p class="muted network-wait" role="status">Opening the network page.</p> : <Page />;
}
