"""VisualBackProp: its transposed convolution by hand, and the whole walk on two small maps."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from ml.explain.visual_backprop import passed_back, unit_scaled, visual_backprop
from ml.models.backbone import Step, create_backbone


def grid(*rows: list[float]) -> Tensor:
    return torch.tensor([rows])


def test_kernel_3_stride_2_hands_each_cell_to_the_nine_it_was_made_from() -> None:
    spread = passed_back(grid([1.0, 10.0], [100.0, 1000.0]), Step(3, 2, 1), size=(4, 4))
    # Without padding the cells start at -1 and 1: rows -1..1 and 1..3, of which 0..3 are left.
    assert spread[0].tolist() == [
        [1, 11, 10, 10],
        [101, 1111, 1010, 1010],
        [100, 1100, 1000, 1000],
        [100, 1100, 1000, 1000],
    ]


def test_kernel_7_stride_2_of_a_stem() -> None:
    spread = passed_back(grid([1.0, 10.0], [0.0, 0.0]), Step(7, 2, 3), size=(4, 4))
    # The first cell saw -3..3, the second -1..5: all columns 0..3 were seen by both.
    assert spread[0].tolist() == [[11, 11, 11, 11]] * 4
    lone = passed_back(grid([1.0, 0.0, 0.0, 0.0], *[[0.0] * 4] * 3), Step(7, 2, 3), size=(8, 8))
    assert lone[0].tolist() == [[1, 1, 1, 1, 0, 0, 0, 0]] * 4 + [[0] * 8] * 4


def test_pixels_that_the_layer_never_looked_at_get_nothing() -> None:
    spread = passed_back(grid([1.0]), Step(2, 2), size=(3, 3))
    assert spread[0].tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize("step", [Step(3, 2, 1), Step(7, 2, 3), Step(5, 1, 2), Step(2, 2)])
def test_it_is_the_adjoint_of_the_convolution_with_ones(step: Step) -> None:
    generator = torch.Generator().manual_seed(1)
    before = torch.rand(1, 12, 16, generator=generator)
    ones = torch.ones(1, 1, step.kernel, step.kernel)
    after = functional.conv2d(before[None], ones, stride=step.stride, padding=step.padding)[0]
    mask = torch.rand(after.shape, generator=generator)
    back = passed_back(mask, step, size=(12, 16))
    torch.testing.assert_close((after * mask).sum(), (before * back).sum())


def test_scaling_reaches_from_0_to_1_and_a_flat_map_is_1() -> None:
    assert unit_scaled(grid([2.0, 4.0], [3.0, 6.0]))[0].tolist() == [[0, 0.5], [0.25, 1]]
    assert unit_scaled(grid([-7.0, -7.0]))[0].tolist() == [[1, 1]]


def test_the_walk_by_hand() -> None:
    deep = torch.tensor([[[[0.0, 2.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 0.0]]]])  # means 0 1 / .5 0
    shallow = torch.zeros(1, 1, 4, 4)
    shallow[0, 0, 0] = torch.tensor([1.0, 1.0, 2.0, 4.0])
    shallow[0, 0, 2] = torch.tensor([4.0, 0.0, 0.0, 0.0])
    steps = (Step(1), Step(3, 2, 1))
    drawn = visual_backprop([shallow, deep], steps, size=(4, 4))[0]
    # Scaled deep 0 1 / .5 0; handed back, row 0 is 0 1 1 1 and row 2 is .5 .5 0 0.
    # Scaled shallow row 0 .25 .25 .5 1 and row 2 1 0 0 0: the products are 0 .25 .5 1 and .5 0 0 0.
    assert drawn[0].tolist() == [0, 0.25, 0.5, 1]
    assert drawn[2].tolist() == [0.5, 0, 0, 0]
    assert drawn[[1, 3]].abs().sum() == 0


def test_maps_and_steps_must_match() -> None:
    with pytest.raises(ValueError, match="1 steps to 2 maps"):
        visual_backprop([torch.ones(1, 1, 2, 2)] * 2, [Step(3, 2, 1)], size=(4, 4))


@pytest.mark.parametrize("name", ["vgg19", "resnet50", "lite0", "tiny"])
@pytest.mark.parametrize("size", [(64, 64), (33, 70)])
def test_backbones_of_every_shape_give_a_mask_over_their_pixels(
    name: str, size: tuple[int, int]
) -> None:
    torch.manual_seed(3)
    backbone = create_backbone(name, None).eval()
    with torch.no_grad():
        maps = backbone.trail(torch.rand(1, 3, *size) * 255)
        drawn = visual_backprop(maps, backbone.geometry, size=size)
    assert drawn.shape == (1, *size)
    assert float(drawn.min()) == 0 and float(drawn.max()) == 1
    assert len(drawn.unique()) > 10
