"""Every backbone gives the maps of its blocks, and says how one follows from another in space."""

from functools import reduce

import pytest
import torch

from ml.models.backbone import Backbone, Step, backbone_names, create_backbone

SIDE = 64
COUNTS = {
    "lite0": 17, "lite1": 22, "lite2": 22, "mobilenet-v1": 13, "resnet50": 16, "resnet101": 33,
    "vgg16": 13, "vgg19": 16, "tiny": 2,
}  # fmt: skip


@pytest.fixture(scope="module", params=backbone_names())
def name(request: pytest.FixtureRequest) -> str:
    """Each in turn, as one of them fills much memory and takes long to make."""
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def backbone(name: str) -> Backbone:
    torch.manual_seed(3)
    return create_backbone(name, None).eval()


def pixels(side: int = SIDE) -> torch.Tensor:
    return torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(1)) * 255


def test_two_steps_in_a_row_see_what_their_receptive_fields_add_up_to() -> None:
    stem = Step(7, 2, 3).then(Step(3, 2, 1))
    assert stem == Step(11, 4, 5)
    assert stem.then(Step(3, 1, 1)) == Step(19, 4, 9)
    assert Step(2, 2).then(Step(3, 1, 1)) == Step(6, 2, 2)


def test_each_block_gives_one_map_and_a_stem_one_more(backbone: Backbone, name: str) -> None:
    stems = 0 if name in {"tiny", "vgg16", "vgg19"} else 1
    assert len(backbone.block_channels) == COUNTS[name]
    assert len(backbone.geometry) == COUNTS[name] + stems


def test_block_maps_have_the_declared_channels_and_sides(backbone: Backbone) -> None:
    with torch.inference_mode():
        maps, blocks = backbone.trail(pixels()), backbone.blocks(pixels())
    assert [part.shape[1] for part in blocks] == list(backbone.block_channels)
    assert all(torch.equal(*pair) for pair in zip(maps[-len(blocks) :], blocks, strict=True))
    side = SIDE
    for part, step in zip(maps, backbone.geometry, strict=True):
        side //= step.stride
        assert part.shape[2:] == (side, side)


def test_the_stages_are_among_the_blocks(backbone: Backbone, name: str) -> None:
    with torch.inference_mode():
        blocks, stages = backbone.blocks(pixels()), backbone(pixels())
    if name.startswith("vgg"):
        stages = [torch.nn.functional.max_pool2d(blocks[-1], 2)]
        assert torch.equal(stages[0], backbone(pixels())[-1])
    else:
        assert all(any(torch.equal(stage, block) for block in blocks) for stage in stages)
        assert torch.equal(blocks[-1], stages[-1])


@pytest.mark.parametrize("depth", [1, 2])
def test_a_unit_sees_exactly_the_pixels_that_its_steps_say(backbone: Backbone, depth: int) -> None:
    step = reduce(Step.then, backbone.geometry[:depth])
    place = SIDE // step.stride // 2
    picture = pixels().requires_grad_()
    seen = backbone.trail(picture)[depth - 1][0, :, place, place].sum()
    (gradient,) = torch.autograd.grad(seen, picture)
    rows = gradient[0].abs().sum(dim=(0, 2)).nonzero().flatten()
    first = place * step.stride - step.padding
    assert (int(rows[0]), int(rows[-1])) == (first, first + step.kernel - 1)
