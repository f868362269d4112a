"""What pictures can be asked about besides their beauty: the built-in attributes and their ranges.

Heads are data: a model's card names the attributes it answers by ``key``, an administrator adds
others, and an attribute that nobody has rated yet simply has no number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

OVERALL = "overall"
KEY_PATTERN = re.compile(r"[a-z][a-z0-9_]{1,39}")


class Source(StrEnum):
    """Where a value comes from: a head that learned from raters, or a formula over the pixels."""

    LEARNED = "learned"
    MEASURED = "measured"


class Family(StrEnum):
    """Who named the attribute, which also says for which medium it is meant."""

    PHOTO = "photo"  # AADB (Kong et al. 2016)
    FEELING = "feeling"  # OASIS (Kurdi et al. 2017)
    PAINTING = "painting"  # the painting vocabulary of Grimm's ACAN
    RUBRIC = "rubric"  # APDDv2's ten names (Jin et al. 2024)
    MEASURE = "measure"  # formulas of this product
    OWN = "own"  # added by an administrator


@dataclass(frozen=True, slots=True)
class Attribute:
    """One question about a picture. Answers lie in [``low``, ``high``].

    ``low_word`` and ``high_word`` name the two ends, ``asks`` is the question for raters. With
    ``choices`` the answer is the position of one of them instead, from 0.
    """

    key: str
    label: str
    family: Family
    low: float
    high: float
    low_word: str
    high_word: str
    asks: str
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for a key that is no slug, or an empty range."""
        if not KEY_PATTERN.fullmatch(self.key):
            raise ValueError(f"{self.key!r} is no key: small letters, digits and _")
        if not self.low < self.high:
            raise ValueError(f"{self.key} has the empty range {self.low} to {self.high}")


def built_in() -> tuple[Attribute, ...]:
    """All attributes that ship with the product, in the order of display."""
    return (*_photo(), *_feeling(), *_painting(), *_rubric(), *_measures())


def _photo() -> Iterator[Attribute]:
    """AADB's eleven: means of five raters' -1, 0 and +1; repetition and symmetry are 0 or +1."""
    rows = (
        ("vivid_color", "Vivid colour", "dull", "vivid", -1),
        ("color_harmony", "Colour harmony", "clashing", "harmonious", -1),
        ("light", "Light", "poor", "striking", -1),
        ("object_emphasis", "Subject emphasis", "no clear subject", "clear subject", -1),
        ("content", "Interesting content", "dull", "interesting", -1),
        ("depth_of_field", "Depth of field", "flat", "well staged", -1),
        ("rule_of_thirds", "Rule of thirds", "ignored", "followed", -1),
        ("balancing_elements", "Balancing elements", "lopsided", "balanced", -1),
        ("symmetry", "Symmetry", "none", "strong", 0),
        ("repetition", "Repetition", "none", "strong", 0),
        ("motion_blur", "Motion blur", "disturbing", "artful", -1),
    )
    for key, label, low_word, high_word, low in rows:
        asks = f"{label}: {low_word} or {high_word}?"
        yield Attribute(key, label, Family.PHOTO, low, 1.0, low_word, high_word, asks)


def _feeling() -> Iterator[Attribute]:
    """OASIS's two dimensions of affect, each a mean on a scale of 1 to 7."""
    rows = (
        ("pleasantness", "Pleasantness", "unpleasant", "pleasant"),
        ("excitement", "Excitement", "calming", "arousing"),
    )
    for key, label, low_word, high_word in rows:
        asks = f"How does it make you feel: {low_word} or {high_word}?"
        yield Attribute(key, label, Family.FEELING, 1.0, 7.0, low_word, high_word, asks)


PRIMARY_COLORS = (
    "black", "yellow", "yellow-green", "green", "cyan-green", "cyan", "cyan-blue", "blue",
    "blue-magenta", "magenta", "magenta-red", "red", "orange",
)  # fmt: skip
HARMONIES = (
    "monochromatic", "analogous", "complementary", "split complementary", "triadic", "tetradic",
)  # fmt: skip


def _painting() -> Iterator[Attribute]:
    """Six axes of 1 to 10 and two choices."""
    rows = (
        ("texture_variety", "Variety of texture"),
        ("shape_variety", "Variety of shape"),
        ("size_variety", "Variety of size"),
        ("color_variety", "Variety of colour"),
        ("contrast", "Contrast"),
        ("pattern_repetition", "Repetition of forms"),
    )
    for key, label in rows:
        asks = f"{label}: little or much?"
        yield Attribute(key, label, Family.PAINTING, 1.0, 10.0, "little", "much", asks)
    choices = (
        ("primary_color", "Primary colour", PRIMARY_COLORS),
        ("harmony_kind", "Kind of colour harmony", HARMONIES),
    )
    for key, label, names in choices:
        last = float(len(names) - 1)
        asks = f"{label}: which?"
        yield Attribute(key, label, Family.PAINTING, 0.0, last, names[0], names[-1], asks, names)


def _rubric() -> Iterator[Attribute]:
    """APDDv2's ten attributes, each 0 to 10."""
    rows = (
        ("theme_and_logic", "Theme and logic"),
        ("creativity", "Creativity"),
        ("layout_and_composition", "Layout and composition"),
        ("space_and_perspective", "Space and perspective"),
        ("sense_of_order", "Sense of order"),
        ("light_and_shadow", "Light and shadow"),
        ("color", "Colour"),
        ("details_and_texture", "Details and texture"),
        ("the_overall", "The overall"),
        ("mood", "Mood"),
    )
    for key, label in rows:
        asks = f"{label}: weak or strong?"
        yield Attribute(key, label, Family.RUBRIC, 0.0, 10.0, "weak", "strong", asks)


def _measures() -> Iterator[Attribute]:
    """Quantities that a documented formula takes from the pixels (see ``ml.measured``)."""
    rows = (
        ("colorfulness", "Colourfulness", "grey", "colourful", 0, 1),
        ("harmony_fit", "Fit to a harmony template", "scattered hues", "fits a template", 0, 1),
        ("hue_families", "Hue families", "one", "many", 0, 12),
        ("hue_spread", "Spread of hues", "one hue", "all hues", 0, 1),
        ("brightness", "Brightness", "dark", "bright", 0, 1),
        ("tonal_contrast", "Tonal contrast", "flat", "full range", 0, 1),
        ("clipping", "Clipped tones", "none", "all", 0, 1),
        ("sharpness", "Sharpness", "soft", "sharp", 0, 1),
        ("focus_ratio", "Focus on the subject", "even sharpness", "sharp on soft", 0, 1),
        ("thirds_fit", "Nearness to a third", "far", "on it", 0, 1),
        ("mirror_symmetry", "Mirror symmetry", "none", "perfect", 0, 1),
        ("balance", "Balance of weight", "one-sided", "balanced", 0, 1),
        ("subject_focus", "Concentration of the eye", "spread out", "on one spot", 0, 1),
        ("periodicity", "Regular repetition", "none", "strong", 0, 1),
        ("texture_entropy", "Variety of edges", "plain", "busy", 0, 1),
    )
    for key, label, low_word, high_word, low, high in rows:
        asks = f"{label}: {low_word} or {high_word}?"
        yield Attribute(key, label, Family.MEASURE, low, high, low_word, high_word, asks)
