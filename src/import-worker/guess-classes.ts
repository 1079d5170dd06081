import type { NetworkFileFacts } from '../formats/network-facts';

/** Names for the outputs, and whether somebody gave them. */
export interface ClassesGuess {
  readonly classes: readonly string[];
  /** False: numbers made up because nothing names them. */
  readonly labelled: boolean;
  /** True: the file itself names them, so that nobody need be asked. */
  readonly certain: boolean;
  readonly reason: string;
  readonly notes: readonly string[];
}

/** A list of labels that was opened with a network. */
export interface LabelList {
  readonly path: string;
  readonly labels: readonly string[];
}

/** What the guess is made from. */
export interface ClassesClues {
  readonly outputs: number;
  readonly fileLabels: NetworkFileFacts['labels'];
  /** Lists that were opened with the network, likeliest first. */
  readonly beside: readonly LabelList[];
  /** ImageNet's 1000 names; null where they could not be had. */
  readonly imagenet: readonly string[] | null;
}

/** The labels of a network: from its file, from a list beside it, ImageNet's for 1000 or 1001 outputs, else numbers. */
export function guessClasses({ outputs, fileLabels, beside, imagenet }: ClassesClues): ClassesGuess {
  const notes: string[] = [];
  for (const { path, labels } of beside) {
    const fitted = fitLabels(labels, outputs);
    if (fitted !== null) return { classes: fitted, labelled: true, certain: false, reason: `The labels are those of ${path}.`, notes };
    notes.push(`${path} lists ${labels.length} labels and the network has ${outputs} outputs, so it is not used.`);
  }
  if (fileLabels !== null) {
    const fitted = fitLabels(fileLabels, outputs);
    if (fitted !== null) return { classes: fitted, labelled: true, certain: true, reason: 'The file names its classes.', notes };
    notes.push(`The file names ${fileLabels.length} classes and the network has ${outputs} outputs, so the names are not used.`);
  }
  if (imagenet !== null && (outputs === 1000 || outputs === 1001)) {
    const classes = outputs === 1000 ? imagenet : ['background', ...imagenet];
    return { classes, labelled: true, certain: false, reason: `A network with ${outputs} outputs was most likely trained on ImageNet.`, notes };
  }
  if (outputs === 1) return { classes: ['yes'], labelled: false, certain: false, reason: 'One output is a yes or no: how likely the yes is.', notes };
  return { classes: Array.from({ length: outputs }, (_, index) => `class ${index}`), labelled: false, certain: false, reason: 'Nothing names the classes, so they are numbered.', notes };
}

/** A list one longer or shorter by TensorFlow's `background` still fits. */
export function fitLabels(labels: readonly string[], outputs: number): readonly string[] | null {
  if (labels.length === outputs) return labels;
  if (labels.length === outputs + 1 && /^(background|dummy)$/i.test(labels[0] ?? '')) return labels.slice(1);
  if (labels.length + 1 === outputs && outputs === 1001) return ['background', ...labels];
  return null;
}
