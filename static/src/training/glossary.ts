// Words of the trade that stand on the pages of training, each in a sentence or two.
export const GLOSSARY = {
  srcc: 'Rank correlation (Spearman): how much two orders of the same pictures agree. 1 is the same order, 0 no relation, −1 the reverse.',
  emd: 'Earth mover’s distance: how far a predicted curve of ratings lies from the curve that people voted. 0 is the same curve.',
  coverage: 'How often the voted mean lies inside the model’s 80 % interval. 80 % is right: less is too sure of itself, more too unsure.',
  loss: 'What training makes smaller: how far the model is off, counted over the pictures it learns from.',
  head: 'The last and small part of a model. The large networks before it see the picture; the head turns what they see into ratings.',
  seed: 'Where all chance in a run comes from. The same snapshot, recipe and seed give the same weights on the same CPU, but for a generator that learns until its minutes are up.',
  constant: 'A rival without eyes: it says the average rating of every picture. What does not beat it has learned nothing.',
  veto: 'One reason that is enough for a no, however good the rest is.',
  golden: 'A picture whose answers travel with the model. Whoever loads the files must get those answers, or the files are not what they say.',
  kid: 'Kernel inception distance: how far samples lie from real pictures, seen by a network that knows pictures. 0 is as near as other real pictures.',
  generator: 'Makes pictures from noise and is scored by whether the discriminator takes them for real. Its loss goes up and down as its rival learns: look at the pictures and at KID.',
  discriminator: 'Learns to tell real pictures from made ones, and is thrown away afterwards. Near 0 it sees through everything, and the generator learns no more.',
  latent: 'The noise that a sample is made from. The same latents are used for every sheet, so that what changes is what was learned.',
  obedience: 'How well the order of what was asked agrees with the order of what was judged (rank correlation): 1 is perfect obedience, 0 none.',
  still: 'As if every sample were judged like the mean of all, whatever was asked: that puts nothing in order (SRCC 0).',
  sealed: 'Pictures that no run learns from. Only the gate looks at them, once a run is finished.',
} as const;

export type Word = keyof typeof GLOSSARY;
