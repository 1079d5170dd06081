import { effect } from '@preact/signals';
import { view } from '../../state/choices';
import { prefersLight } from './media';

/** Puts the chosen theme and type size on the page. @returns what stops it */
export function followTheme(): () => void {
  return effect(() => {
    const { theme, bigType } = view.value;
    const light = theme === 'light' || (theme === 'system' && prefersLight.value);
    document.documentElement.dataset['theme'] = light ? 'light' : 'dark';
    document.documentElement.toggleAttribute('data-big', bigType);
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', light ? '#ffffff' : '#10151c');
  });
}
