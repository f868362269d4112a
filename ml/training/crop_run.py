"""One run from well-composed pictures to a cropper with its card."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ml.contracts.card import CardError
from ml.contracts.cropper_card import parse_cropper_card
from ml.contracts.crops import Mix
from ml.contracts.files import replace_file
from ml.crop.field import CropField
from ml.evaluation.cropping_pictures import CropPictures
from ml.evaluation.cropping_scenes import HELD_OUT, Surroundings
from ml.evaluation.cropping_trials import Lookout, trials
from ml.inference.attributes import load_attribute_mapper
from ml.inference.cropping import field_of, golden_scores
from ml.inference.devices import open_device
from ml.inference.frozen import frozen
from ml.marks.finder import open_finder
from ml.models.awcu import HIGH
from ml.models.backbone import Backbone, create_backbone
from ml.models.cropper import Cropper, ViewHead
from ml.models.weights import WeightSource
from ml.training.checkpoint import pack
from ml.training.crop_card import GOLDEN_SEED, GOLDEN_SIDE, LearnedCropper, cropper_card
from ml.training.crop_fit import CropConfig, fit_head, view_scores
from ml.training.crop_material import Lesson, lesson, plans
from ml.training.crop_mix import START, Terms, fit_mix, terms_of
from ml.training.crop_rival import SHIPPED, compared, scorer_of, validated
from ml.training.crop_views import drawn_views
from ml.training.progress import Callbacks, Progress, TrainingStoppedError
from ml.training.run import Destination

KINDS = tuple(kind for kind in Surroundings if kind is not HELD_OUT)
_VALIDATION_SEED = 10
_SPREAD_SCENES = 256


def learn_and_ship_cropper(
    config: CropConfig,
    pictures: CropPictures,
    *,
    destination: Destination,
    attributes: Path,
    rival_epochs: int | None = None,
    cache: Path | None,
    callbacks: Callbacks[Progress],
) -> tuple[Path, Path]:
    """Learn to rank views, fit the mix of all terms, write weights and card.

    ``attributes``: weights of an attribute model, its card beside them.
    ``rival_epochs``: how long another kind of head is taught for a comparison, None for none.
    Raises TrainingStoppedError or NonFiniteLossError before anything is written.
    """
    backbone = frozen(
        create_backbone(config.backbone, WeightSource.wheel()), device=open_device("cpu")
    )
    energy = energy_row(attributes, config)
    known, seen = _lessons(config, pictures, backbone, cache=cache, callbacks=callbacks)
    head = fit_head(known, config, callbacks=callbacks)
    level(head, known)
    heads = validated(SHIPPED, scorer_of(head), seen)
    if rival_epochs is not None:
        heads += compared(known, seen, replace(config, epochs=rival_epochs), callbacks=callbacks)
    network = filled(head, backbone, config, energy)
    mix, reached = _mix(network, config, pictures, cache=cache, callbacks=callbacks)
    weights = pack(halved(network))
    learned = LearnedCropper(
        mix=mix,
        validated=reached,
        scenes=len(known.planted),
        heads=heads,
        golden=golden_scores(
            network, seed=GOLDEN_SEED, side=GOLDEN_SIDE, input_side=config.input_side
        ),
    )
    card = cropper_card(
        learned, config, pictures, destination=destination, attributes=attributes, weights=weights
    )
    return _written(destination, weights, card)


def _lessons(
    config: CropConfig,
    pictures: CropPictures,
    backbone: Backbone,
    *,
    cache: Path | None,
    callbacks: Callbacks[Progress],
) -> tuple[Lesson, Lesson]:
    """Scenes to learn from, and scenes of all kinds to choose by."""
    look = partial(
        lesson,
        backbone=backbone,
        stages=config.stages,
        side=config.input_side,
        cache=cache,
        callbacks=callbacks,
    )
    known = look(plans(pictures.train, KINDS, seed=config.seed))
    return known, look(plans(pictures.validation, tuple(Surroundings), seed=config.seed + 1))


def energy_row(attributes: Path, config: CropConfig) -> Tensor:
    """(1, C, 1, 1): AWCU's weights of high quality, from an attribute model of the same backbone.

    Raises what ``load_attribute_mapper`` raises, and CardError for another backbone.
    """
    card = attributes.with_suffix(".json")
    mapper, facts = load_attribute_mapper(attributes, card, device="cpu")
    if facts.options["backbone"] != config.backbone:
        raise CardError(f"{facts.version} does not look with {config.backbone}")
    return mapper.class_weight[HIGH][None, :, None, None]


def level(head: ViewHead, known: Lesson) -> None:
    """Scale the head so that views of one scene spread by 1 around their mean, on average."""
    rows = np.arange(0, len(known.planted), max(1, len(known.planted) // _SPREAD_SCENES))
    part = known.only(rows)
    views = drawn_views(part.planted, np.random.default_rng(0))
    with torch.inference_mode():
        maps = head([each.float() for each in part.maps])
        spread = view_scores(maps, views).std(dim=1).mean()
    with torch.no_grad():
        for parameter in head.regions.parameters():
            parameter.div_(spread)


def filled(head: ViewHead, backbone: Backbone, config: CropConfig, row: Tensor) -> Cropper:
    """The network as a reader of the shipped half-precision file will have it, on the CPU."""
    network = Cropper(
        backbone,
        stages=config.stages,
        width=config.width,
        regions=head.regions.out_channels,
        side=config.side,
    )
    network.taught["view"].load_state_dict(head.state_dict())
    network.taught["energy"].load_state_dict({"conv.weight": row})
    rounded = {name: value.float() for name, value in halved(network).items()}
    network.taught.load_state_dict(rounded)
    return frozen(network, device=open_device("cpu"))


def halved(network: Cropper) -> dict[str, Tensor]:
    """What is shipped, in half precision."""
    state = network.taught.state_dict()
    return {name: value.half().contiguous() for name, value in state.items()}


def _mix(
    network: Cropper,
    config: CropConfig,
    pictures: CropPictures,
    *,
    cache: Path | None,
    callbacks: Callbacks[Progress],
) -> tuple[Mix, float]:
    """Weights of the terms by validation scenes of the kinds that were learned from."""
    finder = open_finder(threads=1)

    def look(image: Image.Image) -> CropField:
        return field_of(network, finder, image, input_side=config.input_side, mix=START)

    lookout = Lookout(look, name=sha256(pack(halved(network))).hexdigest())
    found = trials(
        pictures.validation, KINDS, lookout, seed=config.seed + _VALIDATION_SEED, cache=cache
    )
    known: list[Terms] = []
    total = len(pictures.validation) * len(KINDS)
    for trial in found:
        if callbacks.should_stop():
            raise TrainingStoppedError("training was stopped")
        known.append(terms_of(trial))
        callbacks.on_progress(Progress("weighing the terms", len(known), total))
    return fit_mix(known)


def _written(
    destination: Destination, weights: bytes, card: Mapping[str, object]
) -> tuple[Path, Path]:
    """The paths of weights and card, which must be one that a reader takes."""
    parse_cropper_card(card)
    tensors, facts = (
        destination.folder / f"{destination.version}.{end}" for end in ("safetensors", "json")
    )
    replace_file(tensors, weights)
    replace_file(facts, f"{json.dumps(card, indent=2, ensure_ascii=False)}\n".encode())
    return tensors, facts
