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
  { word: 'Map over the picture', meaning: 'Colours that show, place by place, what one method has to say about a prediction. Some show evidence for and against it, others only where a change would matter; the words beside each map say which.' },
  { word: 'Influence', meaning: 'How much a channel adds to the score of what is explained, for this frame.' },
  { word: 'Target', meaning: 'What a map explains: the top answer, any class, one class rather than another, or one channel of a layer.' },
  { word: 'Score', meaning: 'The number that a class gets before all of them are turned into percentages. Maps explain this number.' },
  { word: 'Odds', meaning: 'A probability told as what is for it against what is against it: 80 % is 4 to 1.' },
  { word: 'Preprocessing', meaning: 'How a picture becomes the numbers that the network takes: cut, scaled, its colours moved. After it, 0 need not be black.' },
  { word: 'Dense layer', meaning: 'A layer in which every number is made of all numbers of the layer before, so that it has no places of the picture any more.' },
  { word: 'Gradient', meaning: 'How much, and in which direction, the score would change if one number of the picture changed a tiny bit.' },
  { word: 'Baseline', meaning: 'The picture that some methods compare with: black or a blur, for example. They divide the difference between the two scores.' },
  { word: 'Completeness gap', meaning: 'The parts of some maps should add up to the difference between two scores, of the picture and of the baseline. The gap is by how much they miss it.' },
  { word: 'Standard error', meaning: 'By how much a value would typically move if the map were made again with other random numbers.' },
  { word: 'Deletion and insertion', meaning: 'A test of a map on its picture: the pixels it calls most important are taken away first, or brought in first, while one watches the answer. The area under that curve should be small for deletion and large for insertion.' },
  { word: 'Sanity check', meaning: 'A test of a map: the network forgets what it learned, layer by layer. A map that stays as it was does not show what was learned.' },
  { word: 'Pointing', meaning: 'A test of a method on mosaics of four pictures: how much of the map for a class lies on the picture of that class. By chance it is a quarter.' },
];
