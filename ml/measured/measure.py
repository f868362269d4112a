"""All measured attributes of one picture, and the formula of each in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ml.measured.canvas import Canvas, Picture, canvas_of
from ml.measured.colour import colorfulness, hue_families, hue_spread
from ml.measured.composition import balance, mirror_symmetry, subject_focus, thirds_fit
from ml.measured.harmony import harmony_fit, harmony_kind
from ml.measured.hues import Hues, hues_of
from ml.measured.painting import color_variety, contrast, primary_color
from ml.measured.palette import palette
from ml.measured.repetition import periodicity, texture_entropy
from ml.measured.sharpness import focus_ratio, sharpness
from ml.measured.tone import brightness, clipping, tonal_contrast


@dataclass(frozen=True, slots=True)
class Measurement:
    """``values`` by attribute key, each within its attribute's range; see ``ml.contracts``.

    A key is missing where the formula has no answer (only ``primary_color`` of a grey picture).
    ``palette``: main colours as #rrggbb, by area, at most six.
    """

    values: Mapping[str, float]
    palette: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One attribute: its ``key``, its ``formula`` in one sentence with the source, its code."""

    key: str
    formula: str
    take: Callable[[Canvas, Hues], float | None]


def measure(picture: Picture) -> Measurement:
    """Measure (H, W, 3) RGB bytes of any size. The same picture always gives the same values.

    Raises NotAPictureError.
    """
    canvas = canvas_of(picture)
    hues = hues_of(canvas.hsv)
    taken = {item.key: item.take(canvas, hues) for item in MEASURES}
    values = {key: value for key, value in taken.items() if value is not None}
    return Measurement(values=values, palette=palette(canvas.rgb))


MEASURES: tuple[Measure, ...] = (
    Measure(
        "colorfulness",
        "Spread and mean of the red-green and yellow-blue differences (M3 of Hasler & Süsstrunk "
        "2003), 1 at their 'extremely colourful'.",
        lambda canvas, _: colorfulness(canvas.rgb),
    ),
    Measure(
        "harmony_fit",
        "Distance of the hues from the nearest of Matsuda's templates (Cohen-Or et al. 2006), "
        "0 at that of an even wheel.",
        lambda _, hues: harmony_fit(hues),
    ),
    Measure(
        "hue_families",
        "Number of 30-degree families of hue with over 5 % of the area of the largest (hue count "
        "of Ke, Tang & Jing 2006).",
        lambda _, hues: hue_families(hues),
    ),
    Measure(
        "hue_spread",
        "Circular variance of the hues, weighted by saturation (Mardia 1972).",
        lambda _, hues: hue_spread(hues),
    ),
    Measure(
        "brightness",
        "Mean CIE lightness L* over 100.",
        lambda canvas, _: brightness(canvas.lightness),
    ),
    Measure(
        "tonal_contrast",
        "Width of the middle 98 % of the tones (Ke, Tang & Jing 2006).",
        lambda canvas, _: tonal_contrast(canvas.detail),
    ),
    Measure(
        "clipping",
        "Share of pixels within 2 levels of 255 of pure black or pure white.",
        lambda canvas, _: clipping(canvas.detail),
    ),
    Measure(
        "sharpness",
        "How much a blur changes the edges of the picture, reduced to 512 pixels (blur effect of "
        "Crete et al. 2007).",
        lambda canvas, _: sharpness(canvas.detail),
    ),
    Measure(
        "focus_ratio",
        "Fine detail on the salient region against the rest (after the depth-of-field indicator of "
        "Datta et al. 2006).",
        lambda canvas, _: focus_ratio(canvas.detail, canvas.salience),
    ),
    Measure(
        "thirds_fit",
        "Nearness of the salient regions to a crossing of thirds (Liu et al. 2010).",
        lambda canvas, _: thirds_fit(canvas.salience),
    ),
    Measure(
        "mirror_symmetry",
        "Correlation of the lightness with its mirror image, left-right or top-bottom.",
        lambda canvas, _: mirror_symmetry(canvas.lightness),
    ),
    Measure(
        "balance",
        "Nearness of the centre of mass of the salient regions to the middle (Liu et al. 2010).",
        lambda canvas, _: balance(canvas.salience),
    ),
    Measure(
        "subject_focus",
        "How much less the salience (image signature, Hou et al. 2012) spreads than in an even "
        "picture.",
        lambda canvas, _: subject_focus(canvas.salience),
    ),
    Measure(
        "periodicity",
        "Strongest repeat in the autocorrelation of the lightness (after Lin, Wang & Yang 1997).",
        lambda canvas, _: periodicity(canvas.lightness),
    ),
    Measure(
        "texture_entropy",
        "Entropy of the directions of the edges (after Redies et al. 2017).",
        lambda canvas, _: texture_entropy(canvas.lightness),
    ),
    Measure(
        "color_variety",
        "Entropy of the areas of twelve families of hue and of what has no hue.",
        lambda _, hues: color_variety(hues),
    ),
    Measure(
        "contrast",
        "Standard deviation of the tones over its largest possible value (RMS, Peli 1990).",
        lambda canvas, _: contrast(canvas.detail),
    ),
    Measure(
        "primary_color",
        "The family of hue, or black, that covers the largest area.",
        lambda _, hues: primary_color(hues),
    ),
    Measure(
        "harmony_kind",
        "The simplest scheme of the colour wheel that the hues fit as well as any.",
        lambda _, hues: float(harmony_kind(hues)),
    ),
)
FORMULAS: Mapping[str, str] = {item.key: item.formula for item in MEASURES}
