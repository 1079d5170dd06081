import { signal } from '@preact/signals';
import { openAddress } from '../../state/actions/import-dropped';
import { closeDialog } from '../dialogs/open-dialog';

/** What stands in the field; a pasted address comes here first. */
export const typedAddress = signal('');
const refused = signal(false);

/** Fetches a network from a public address, because the person asks for just that. */
export function AddressField() {
  const fetchIt = (event: Event): void => {
    event.preventDefault();
    refused.value = !openAddress(typedAddress.peek());
    if (refused.peek()) return;
    typedAddress.value = '';
    closeDialog();
  };
  return (
    <form class="address-field" onSubmit={fetchIt} noValidate>
      <div class="address-row">
        <label><span>Address of a model</span>
          <input class="text-input" type="url" inputMode="url" autocomplete="off" spellcheck={false} placeholder="https://…/model.json"
            aria-describedby="model-address-note" aria-invalid={refused.value} value={typedAddress.value}
            onInput={(event) => { typedAddress.value = event.currentTarget.value; refused.value = false; }} />
        </label>
        <button type="submit" class="button" disabled={typedAddress.value.trim() === ''}>Fetch</button>
      </div>
      <p id="model-address-note" class={refused.value ? 'small field-error' : 'small muted'} role={refused.value ? 'alert' : undefined}>
        {refused.value ? 'This is no address that can be fetched: it has to begin with https:// or http://.' : 'Only this address is asked, and only when you press Fetch.'}
      </p>
    </form>
  );
}
