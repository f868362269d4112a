// How many pictures it takes, as webapp/training/specs.py counts them: a fifth falls to the test.

/** So that ten fall to the test, without which nothing can be trained. */
export const ABOUT_FROZEN = 50;
/** So that twenty do, without which the gate never says yes. */
export const ABOUT_PROVEN = 100;

/** One sentence for all pages. */
export const ENOUGH = `With three votes each, about ${ABOUT_FROZEN} pictures can be frozen and trained from; from about ${ABOUT_PROVEN} on the gate can say yes, and a few hundred prove much more.`;
