import { signal } from '@preact/signals';

export type DialogName = 'help' | 'settings' | 'gallery' | 'classes' | 'open-network' | 'kept-networks' | 'code' | 'map';

/** The dialog on screen; null: none. */
export const openDialog = signal<DialogName | null>(null);

export function showDialog(name: DialogName): void {
  openDialog.value = name;
}

export function closeDialog(): void {
  openDialog.value = null;
}
