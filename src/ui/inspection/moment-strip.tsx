import { showMoment } from '../../state/actions/keep-moment';
import { momentOnScreen, moments } from '../../state/moments';

/** The last frozen frames of this visit. */
export function MomentStrip() {
  // One alone that is on screen leads nowhere.
  if (moments.value.every(({ id }) => id === momentOnScreen.value)) return null;
  return (
    <div class="moments" role="group" aria-label="Last frozen frames">
      {moments.value.map(({ id, address, takenAtMs, mirror }, index) => (
        <button key={id} type="button" class="filmstrip-item" aria-label={`Frozen frame ${index + 1}, ${new Date(takenAtMs).toLocaleTimeString()}`} aria-current={momentOnScreen.value === id} onClick={() => void showMoment(id)}>
          <img src={address} alt="" style={mirror ? { transform: 'scaleX(-1)' } : {}} />
        </button>
      ))}
    </div>
  );
}
