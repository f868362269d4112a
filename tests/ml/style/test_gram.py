"""Style is Gatys' loss between Gram matrices, by numbers worked out by hand."""

import torch

from ml.style.gram import content_loss, gram, layer_loss, mean_grams, style_loss, total_variation

# Two channels at three positions.
FIRST = torch.tensor([[[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]]])
SECOND = torch.tensor([[[1.0, 0.0, 1.0], [2.0, 0.0, 0.0]]])


def test_gram_sums_products_over_positions() -> None:
    assert gram(FIRST).tolist() == [[[5.0, 2.0], [2.0, 10.0]]]
    assert gram(SECOND).tolist() == [[[2.0, 2.0], [2.0, 4.0]]]


def test_a_layers_loss_is_the_squared_difference_of_grams() -> None:
    loss = layer_loss(gram(FIRST), gram(SECOND), positions=3)
    assert torch.allclose(loss, torch.tensor([(9.0 + 36.0) / (4 * 2**2 * 3**2)]))


def test_the_product_that_the_thesis_prints_is_another_number_and_no_distance() -> None:
    a, c = gram(FIRST), gram(SECOND)
    printed = (a * c).sum() / (4 * 2**2 * 3**2)
    assert not torch.isclose(printed, layer_loss(a, c, positions=3)[0])
    assert (a * a).sum() > 0  # although a is like itself
    assert layer_loss(a, a, positions=3).item() == 0


def test_style_loss_weighs_layers_and_does_not_mind_the_size_of_the_style_picture() -> None:
    maps, weights = {"one": FIRST, "two": 2 * FIRST}, {"one": 0.5, "two": 2.0}
    wanted = mean_grams({"one": SECOND, "two": SECOND})
    expected = 0.5 * 45 / 144 + 2.0 * ((20 - 2) ** 2 + 2 * (8 - 2) ** 2 + (40 - 4) ** 2) / 144
    assert torch.allclose(style_loss(maps, wanted, weights), torch.tensor([expected]))
    twice = mean_grams({name: torch.cat([SECOND, SECOND], dim=2) for name in maps})
    assert torch.allclose(style_loss(maps, twice, weights), torch.tensor([expected]))


def test_content_and_smoothness_by_hand() -> None:
    assert torch.allclose(content_loss(FIRST, SECOND), torch.tensor([0.5 * 19 / 6]))
    steps = torch.tensor([[[[0.0, 1.0], [2.0, 3.0]]]]).expand(1, 3, 2, 2)
    assert total_variation(steps).tolist() == [4.0 + 1.0]
