"""Everything that is said about why a picture was judged as it was."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ml.contracts.attributes import OVERALL, Source
from ml.contracts.attributes_card import AttributesCard
from ml.contracts.card import ScorerCard
from ml.contracts.explanations import AttributeReading, Explanation
from ml.contracts.results import percentile
from ml.data.transforms import on_white, to_pixels
from ml.explain.drawing import Drawer, Effort, Sides
from ml.explain.rendering import tile
from ml.inference.attributes import load_attribute_mapper
from ml.inference.devices import open_device
from ml.inference.frozen import frozen, run_frozen
from ml.inference.golden import check_distribution, golden_picture
from ml.inference.scoring import OnePanel, open_scorer
from ml.measured.measure import Measurement, measure
from ml.models.attribute_mapper import Answers


class Explainer:
    """Explains with the attribute model of ``card`` and the scorer inside ``drawer``."""

    def __init__(self, drawer: Drawer, card: AttributesCard) -> None:
        self.drawer = drawer
        self._card = card

    @property
    def version(self) -> str:
        """Of the attribute model."""
        return self._card.version

    @property
    def digest(self) -> str:
        """sha256 of the weights of the attribute model."""
        return self._card.sha256

    def explain(self, image: Image.Image) -> Explanation:
        """Readings, maps and palette of a picture of any size and mode.

        A head whose held-out agreement is not beyond chance gives neither reading nor map.
        Raises UnusablePictureError for an object without pixels, MapNotFiniteError.
        """
        look = self.drawer.look(image)
        measured = measure(np.asarray(on_white(image)))
        tiles = tuple(
            tile(drawn.values, kind=drawn.kind, key=drawn.key) for drawn in self.drawer.draw(look)
        )
        readings = (*self._learned(look.answers), *self._measured(measured))
        return Explanation(readings=readings, tiles=tiles, palette=measured.palette)

    def _learned(self, answers: Answers) -> Iterator[AttributeReading]:
        for head, value in zip(self._card.heads, answers.values[0].tolist(), strict=True):
            if head.shown:
                yield _reading(head.key, value, Source.LEARNED, head.reference)

    def _measured(self, measured: Measurement) -> Iterator[AttributeReading]:
        for key, value in measured.values.items():
            facts = self._card.formula(key)
            yield _reading(key, value, Source.MEASURED, facts.reference if facts else ())


def load_explainer(
    attributes_weights: Path,
    attributes_card: Path,
    scorer_weights: Path,
    scorer_card: Path,
    *,
    device: torch.device | str,
    effort: Effort | None = None,
) -> Explainer:
    """Read and verify both models, golden pictures included.

    Raises DeviceUnavailableError, or CardError, DigestMismatchError, WeightsError or
    GoldenMismatchError; after any of these nothing may be served from the files.
    """
    place = open_device(device)
    mapper, facts = load_attribute_mapper(attributes_weights, attributes_card, device=place)
    scorer, judged = open_scorer(scorer_weights, scorer_card)
    frozen(scorer, device=place)
    _check_golden(OnePanel(scorer, judged.panel), judged, place)
    drawer = Drawer(
        mapper,
        scorer,
        panel=judged.panel,
        keys=drawn_keys(facts),
        sides=Sides(mapper=facts.input_side, scorer=judged.input_side),
        effort=effort or Effort(),
    )
    return Explainer(drawer, facts)


def drawn_keys(card: AttributesCard) -> tuple[str, ...]:
    """The heads that have maps: the overall one, and those that may be shown."""
    return tuple(head.key for head in card.heads if head.shown or head.key == OVERALL)


def _check_golden(network: OnePanel, card: ScorerCard, device: torch.device) -> None:
    golden = card.golden
    picture = golden_picture(seed=golden.seed, side=golden.side)
    pixels = to_pixels([picture], side=card.input_side).to(device)
    actual = run_frozen(network, pixels)[0].tolist()
    check_distribution(actual, expected=golden.distribution, tolerance=golden.tolerance)


def _reading(
    key: str, value: float, source: Source, reference: tuple[float, ...]
) -> AttributeReading:
    place = percentile(value, reference) if reference else None
    return AttributeReading(key=key, value=value, source=source, percentile=place)
