import { FolderOpen, Save } from 'lucide-preact';
import { useRef } from 'preact/hooks';
import { openSavedInspection, saveInspection } from '../../state/actions/save-inspection';
import { reportFailure } from '../../state/failure';
import { saveFile } from './save-map';

/** The whole inspection as one file, and back. */
export function InspectionFile() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="inspection-file">
      <button type="button" class="button" onClick={() => { saveInspection().then(({ name, file }) => saveFile(file, name)).catch(reportFailure); }}><Save size={16} />Save inspection</button>
      <button type="button" class="button" onClick={() => input.current?.click()}><FolderOpen size={16} />Open inspection</button>
      <input ref={input} type="file" accept=".zip" hidden aria-label="Saved inspection" onChange={(event) => {
        const [file] = event.currentTarget.files ?? [];
        event.currentTarget.value = '';
        if (file !== undefined) void openSavedInspection(file);
      }} />
    </div>
  );
}
