"""Names for raters that tell nothing of the person, like "amber heron 42"."""

from collections.abc import Collection
from random import SystemRandom
from typing import Final

COLOURS: Final = (
    "amber", "azure", "birch", "brass", "cedar", "chalk", "cobalt", "copper", "coral", "ebony",
    "fawn", "fern", "flint", "ginger", "hazel", "honey", "indigo", "ivory", "jade", "lilac",
    "linen", "maple", "mint", "moss", "ochre", "olive", "opal", "pearl", "plum", "quartz",
    "ruby", "rust", "sable", "saffron", "sage", "sepia", "silver", "slate", "teal", "umber",
)  # fmt: skip
ANIMALS: Final = (
    "badger", "bison", "crane", "curlew", "dormouse", "dove", "finch", "fox", "gecko", "grebe",
    "hare", "hedgehog", "heron", "ibex", "jay", "kestrel", "lark", "linnet", "lynx", "magpie",
    "marten", "mole", "moth", "newt", "otter", "owl", "perch", "plover", "puffin", "raven",
    "robin", "seal", "shrew", "siskin", "stoat", "swift", "tern", "toad", "vole", "wren",
)  # fmt: skip
NUMBERS: Final = 90  # 10 to 99, and more in a crowd that has used up many of them

_random = SystemRandom()  # who reads the names of a campaign cannot guess who came when


def pseudonym(taken: Collection[str]) -> str:
    """One that nobody in `taken` has; there are always far more names than people."""
    while True:
        number = 10 + _random.randrange(max(NUMBERS, len(taken)))
        name = f"{_random.choice(COLOURS)} {_random.choice(ANIMALS)} {number}"
        if name not in taken:
            return name
