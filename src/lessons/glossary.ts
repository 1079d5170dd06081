export interface GlossaryEntry {
  readonly word: string;
  readonly meaning: string;
}

/** The words on screen, for someone who meets them for the first time. */
export const glossary: readonly GlossaryEntry[] = [
  { word: 'Network', meaning: 'A long chain of simple calculations whose numbers were learned from many example pictures.' },
  { word: 'Layer', meaning: 'One step of the chain. Each layer reads what the layer before it found.' },
  { word: 'Channel', meaning: 'One detector of a layer. The same detector is tried at every place of the picture.' },
  { word: 'Feature map', meaning: 'What one channel found, place by place: bright where it found much of what it looks for.' },
  { word: 'Unit', meaning: 'One place of one feature map: one detector looking at one spot.' },
  { word: 'Receptive field', meaning: 'The part of the picture that one unit can see. It grows from layer to layer.' },
  { word: 'Activation', meaning: 'The number a unit answers with. Large: it found what it looks for.' },
  { word: 'Prediction', meaning: 'The name the network gives to what it sees, with the share of its certainty. Most networks must share 100 % among the names they know; one that answers yes or no does not.' },
  { word: 'Saliency overlay', meaning: 'A map over the picture that shows which parts spoke for a prediction.' },
  { word: 'Influence', meaning: 'How much a channel adds to the score of what is explained, for this frame.' },
];
