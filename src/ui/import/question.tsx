import type { ComponentChildren } from 'preact';

interface QuestionBoxProps {
  readonly title: string;
  /** What this means, in one sentence. */
  readonly words: string;
  /** Why the answer that is filled in was guessed. */
  readonly reason: string | undefined;
  readonly children: ComponentChildren;
}

/** One question with its guess, and why that was guessed. */
export function QuestionBox({ title, words, reason, children }: QuestionBoxProps) {
  return (
    <fieldset class="question">
      <legend>{title}</legend>
      <p class="small muted">{words}</p>
      {children}
      {reason !== undefined && reason !== '' && <p class="small question-reason">{reason}</p>}
    </fieldset>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly checked: boolean;
  readonly onChoose: () => void;
  readonly children: ComponentChildren;
}

/** One of several answers; the whole row is the target. */
export function Choice({ name, checked, onChoose, children }: ChoiceProps) {
  return <label class="answer"><input type="radio" name={name} checked={checked} onChange={onChoose} /><span>{children}</span></label>;
}
