"""From how much on figures are told. Less says little, and reads as if it said much."""

from typing import Final

VOTES_COMPARED: Final = 3  # on an entry, before the model is held against them
VOTES_SAVED: Final = 5  # of an entry, before it adds to the votes that a plain mean would need
ANSWERS_PAIRABLE: Final = 30  # to questions that others answered too, for an agreement
# Before a rater's consistency is told; their card and the board of a challenge want it.
VOTES_OF_RATER: Final = 10
RATERS_VOTED: Final = 3
VOTES_WEIGHED: Final = 30  # of the campaign
