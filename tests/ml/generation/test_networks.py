"""The layers of PFAGAN against values computed by hand."""

import pytest
import torch

from ml.contracts.generator_card import Conditioning
from ml.losses.adversarial import hinge_discriminator, hinge_generator, r1_penalty
from ml.models.pfagan.conditioning import Condition, FilmNorm, HistogramScale, MixedConditionalNorm
from ml.models.pfagan.discriminator import Discriminator, Projection
from ml.models.pfagan.generator import Generator
from ml.training.generator.augment import augmented


def one_hot(*bins: int) -> torch.Tensor:
    return torch.eye(10)[[place - 1 for place in bins]]


def test_mixed_conditional_norm_is_an_affine_map_of_the_histogram_for_each_category() -> None:
    layer = MixedConditionalNorm(1, categories=2)
    with torch.no_grad():
        layer.scale_weight.zero_()
        layer.shift_weight.zero_()
        layer.scale_weight[1, :, 0] = torch.arange(1.0, 11.0)  # y' W of a one-hot is its bin
        layer.scale_bias[1, 0] = 0.5
        layer.shift_weight[1, 2, 0] = -4.0
        layer.shift_bias[0, 0] = 7.0
    maps = torch.tensor([1.0, 1.0, 5.0, 5.0]).view(2, 1, 1, 2)  # mean 3, deviation 2: -1 and 1
    made = layer(maps, Condition(torch.tensor([1, 0]), one_hot(3, 9))).flatten(1)
    # category 1, bin 3: (3 + 0.5) * -1 - 4; category 0 knows no histogram: 1 * 1 + 7
    assert made[0].tolist() == pytest.approx([-7.5, -7.5], abs=1e-4)
    assert made[1].tolist() == pytest.approx([8.0, 8.0], abs=1e-4)


def test_film_maps_the_embedding_and_the_histogram_together() -> None:
    layer = FilmNorm(1, categories=2)
    with torch.no_grad():
        layer.embedding.weight.zero_()
        layer.embedding.weight[1, 0] = 2.0
        layer.map.weight.zero_()
        layer.map.weight[0, 0] = 3.0  # the scale hears the first number of the embedding,
        layer.map.weight[1, 16 + 4] = 5.0  # the shift the fifth bin
    scale, shift = layer.affine(Condition(torch.tensor([1, 0]), one_hot(5, 6)))
    assert scale.flatten().tolist() == pytest.approx([7.0, 1.0])
    assert shift.flatten().tolist() == pytest.approx([5.0, 0.0])


def test_the_projection_adds_category_and_histogram_to_the_plain_score() -> None:
    layer = Projection(3, categories=2).eval()
    phi, histogram = torch.tensor([[1.0, 2.0, -1.0]]), torch.rand(1, 10)
    psi, bias = layer.psi.weight[0].detach(), layer.psi.bias[0].detach()
    v, u = layer.v.weight.detach(), layer.u.weight.detach().view(2, 10, 3)
    for category in (0, 1):
        said = layer(phi, Condition(torch.tensor([category]), histogram)).detach()
        by_hand = psi @ phi[0] + bias + v[category] @ phi[0] + histogram[0] @ u[category] @ phi[0]
        assert float(said) == pytest.approx(float(by_hand), abs=1e-5)


def test_every_matrix_of_the_discriminator_stretches_nothing() -> None:
    torch.manual_seed(0)
    network = Discriminator(size=32, width=2, categories=3)
    asked = Condition(torch.tensor([0, 2]), one_hot(2, 9))
    for _ in range(30):  # power iteration goes on with every look
        network(torch.rand(2, 3, 32, 32), asked)
    network.eval()
    matrices = [
        part.weight.flatten(1)
        for part in network.modules()
        if isinstance(part, torch.nn.Conv2d | torch.nn.Linear)
    ]
    largest = [float(torch.linalg.matrix_norm(matrix, 2)) for matrix in matrices]
    assert largest == pytest.approx([1.0] * len(matrices), abs=0.05)


@pytest.mark.parametrize("size", [32, 64, 128])
@pytest.mark.parametrize("conditioning", list(Conditioning))
def test_both_networks_take_every_size(size: int, conditioning: Conditioning) -> None:
    asked = Condition(torch.tensor([0, 2]), one_hot(2, 9))
    generator = Generator(size=size, width=1, latent=4, categories=3, conditioning=conditioning)
    made = generator(torch.randn(2, 4), asked)
    assert made.shape == (2, 3, size, size)
    assert made.abs().max() <= 1
    assert Discriminator(size=size, width=1, categories=3)(made, asked).shape == (2,)


def test_histograms_are_standardised_by_what_was_learned_from() -> None:
    scale = HistogramScale()
    scale.fit(one_hot(1, 3))
    asked = scale(Condition(torch.tensor([0]), one_hot(1))).histogram[0]
    spread = (2 * 0.25 / 10) ** 0.5  # two bins vary by a half each
    assert asked[:3].tolist() == pytest.approx([0.5 / spread, 0.0, -0.5 / spread])


def test_losses_are_those_of_the_papers() -> None:
    real, made = torch.tensor([2.0, 0.5]), torch.tensor([-3.0, 0.0])
    assert float(hinge_discriminator(real, made)) == pytest.approx(0.25 + 0.5)
    assert float(hinge_generator(made)) == pytest.approx(1.5)
    pixels = torch.tensor([[1.0, 2.0]], requires_grad=True)
    assert float(r1_penalty(pixels.square().sum(dim=1), pixels)) == pytest.approx((4 + 16) / 2)


def test_augmentation_is_drawn_from_its_state_alone_and_lets_gradients_through() -> None:
    pixels = (torch.rand(4, 3, 32, 32) * 2 - 1).requires_grad_()
    once = augmented(pixels, torch.Generator().manual_seed(3))
    again = augmented(pixels, torch.Generator().manual_seed(3))
    assert torch.equal(once, again)
    assert not torch.equal(once, augmented(pixels, torch.Generator().manual_seed(4)))
    grey = (once == 0).all(dim=1).float().mean()
    assert 0.05 < float(grey) < 0.6  # cut out, or moved in from outside
    (gradient,) = torch.autograd.grad(once.square().sum(), pixels)
    assert torch.isfinite(gradient).all()
    assert gradient.abs().sum() > 0
