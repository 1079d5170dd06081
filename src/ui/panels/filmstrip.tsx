import { ChevronLeft, ChevronRight } from 'lucide-preact';
import { useEffect, useRef } from 'preact/hooks';
import { showPicture, stepPicture } from '../../state/actions/open-picture';
import { filmstrip, filmstripIndex } from '../../state/pictures';
import { ArrayThumbnail } from './array-thumbnail';
import './filmstrip.css';

/** Several pictures to flip through. */
export function Filmstrip() {
  const items = filmstrip.value;
  const current = filmstripIndex.value;
  const strip = useRef<HTMLDivElement>(null);
  useEffect(() => { strip.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }, [current]);
  if (items.length < 2) return null;
  return (
    <div class="filmstrip" role="group" aria-label="Opened pictures">
      <button type="button" class="button icon quiet" aria-label="Previous picture" onClick={() => void stepPicture(-1)}><ChevronLeft size={18} /></button>
      <div ref={strip} class="filmstrip-strip">
        {items.map((item, index) => (
          <button key={item.address === '' ? index : item.address} type="button" class="filmstrip-item" aria-label={item.title} title={item.title} aria-current={index === current} onClick={() => void showPicture(index)}>
            {item.array === undefined ? <img src={item.address} alt="" loading="lazy" decoding="async" /> : <ArrayThumbnail array={item.array} />}
          </button>
        ))}
      </div>
      <button type="button" class="button icon quiet" aria-label="Next picture" onClick={() => void stepPicture(1)}><ChevronRight size={18} /></button>
    </div>
  );
}
