// What to do when a run ended without a challenger, by the code of its reason. Pure.

const NEXT: Readonly<Record<string, string>> = {
  too_few_pictures: 'Freeze a snapshot with more pictures.',
  one_class: 'Freeze a snapshot of pictures that people rated differently.',
  pictures_gone: 'Freeze a new snapshot of what is left.',
  not_finite: 'Try another recipe, or repeat it with another seed by the API.',
  disk_full: 'Make room on the disk of the training worker, then repeat it.',
  out_of_memory: 'Train a head, which needs less, or give the training worker more memory; then repeat it.',
  device_lost: 'Look at the graphics card and the log of the training worker, then repeat it.',
  champion_unfit: 'Choose another recipe.',
  too_large: 'Choose a recipe that makes a smaller model.',
  broke_off: 'Its last words are in the log below. Repeat it; should it break off again, show the log to who runs the server.',
  worker_error: 'That is a fault of ours: show the log below to who runs the server.',
  bad_result: 'Repeat it; should that fail too, show the log below to who runs the server.',
};

/** Of a generator, where pictures that the one in use learned from are no test. */
const OTHERS = 'Freeze a snapshot with other pictures, which the generator in use has not learned from; only a part of them is kept back.';

/** The next step, as a sentence. */
export const nextStep = (code: string, recipe = ''): string => (recipe === 'generator' && code === 'too_few_pictures' ? OTHERS : NEXT[code]) ?? 'The log below says more; repeat it, or start another from its snapshot.';
