"""Two tiny generators are measured, shipped with their cards, and served again."""

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ml.cli.__main__ import main
from ml.contracts.card import CardError, DigestMismatchError
from ml.contracts.generation import histogram_of_dial
from ml.contracts.generator_card import Conditioning
from ml.evaluation import generation_sheets
from ml.evaluation.generation import Trial, memories, obeyed, recognised
from ml.inference.generation import LoadedGenerator, load_generator
from ml.inference.golden import GoldenMismatchError
from tests.ml.panels import write_oasis, write_sophoappeal

EVEN = (0.1,) * 10


@dataclass(frozen=True)
class Made:
    page: str
    images: frozenset[str]
    out: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("generators")
    data = ["--cache", str(folder)]
    data += ["--data", f"oasis={write_oasis(folder / 'oasis', count=40)}"]
    data += ["--data", f"sophoappeal={write_sophoappeal(folder / 'sophoappeal', count=30)}"]
    data += ["--backbones", "tiny"]
    page = folder / "page.md"
    page.write_text("<!-- generation: begin, written by `python -m ml.cli pfagan report` -->\n"
                    "<!-- generation: end -->\n"
                    "<!-- extremes: begin, written by "
                    "`python -m ml.cli pfagan augment-experiment` -->\n"
                    "<!-- extremes: end -->\n")  # fmt: skip
    for kind in Conditioning:
        assert main(
            ["--threads", "1", "pfagan", "train", *data, "--size", "32", "--width", "2",
             "--latent", "4", "--batch", "4", "--updates", "3", "--every", "2",
             "--conditioning", kind, "--into", str(folder / kind)]
        ) == 0  # fmt: skip
    assert main(
        ["--threads", "1", "pfagan", "report", *data, "--latents", "2",
         "--mixed", str(folder / "mixed"), "--film", str(folder / "film"),
         "--out", str(folder / "out"), "--into", str(page), "--plots", str(folder / "images")]
    ) == 0  # fmt: skip
    assert main(
        ["--threads", "1", "pfagan", "augment-experiment", str(folder / "mixed"), *data,
         "--counts", "8", "--into", str(page)]
    ) == 0  # fmt: skip
    images = frozenset(path.name for path in (folder / "images").iterdir())
    return Made(page.read_text(), images, folder / "out")


@pytest.fixture(scope="module")
def generator(made: Made) -> LoadedGenerator:
    return load_generator(made.out / "generator-v1.safetensors", made.out / "generator-v1.json")


def test_the_page_shows_figures_beside_their_baselines(made: Made) -> None:
    for words in ("asked shuffled", "one answer to all", "the same of real pictures", "FiLM"):
        assert words in made.page
    assert "generation-calibration.svg" in made.images
    for kind in ("generator-v1", "generator-film-v1"):
        sheets = {f"{kind}-{what}.jpg" for what in ("dial", "categories", "nearest")}
        assert sheets <= made.images
        assert all(name in made.page for name in sheets)


def test_generated_extremes_are_held_against_shuffled_scores(made: Made) -> None:
    section = made.page[made.page.index("<!-- extremes: begin") :]
    assert section.count("| as asked |") == section.count("| shuffled |") == 2
    assert "Generated extremes" in section


def test_the_card_says_how_little_was_learned_from(generator: LoadedGenerator, made: Made) -> None:
    card = generator.card
    assert card.pictures == sum(each.pictures for each in card.categories) == len(card.learned)
    assert card.pictures < 70
    assert "12,141,700" in card.patent
    assert {each.against for each in card.measures} > {"shuffled conditions"}
    assert [each.key for each in card.outcomes] == [each.key for each in card.categories]
    told = sum(each.recognised.value + each.mistaken.value * (len(card.outcomes) - 1)
               for each in card.outcomes)  # fmt: skip
    assert told == pytest.approx(len(card.outcomes), abs=0.01), "each sample is told to be of one"
    assert all(each.samples == 2 * 8 for each in card.outcomes)
    assert not (made.out / "generator-v1.safetensors").stat().st_size > 16 * 2**20


def test_a_sample_depends_on_its_seed_alone(generator: LoadedGenerator) -> None:
    category = generator.card.categories[0].key
    many = list(generator.samples(category=category, histogram=EVEN, seed=2**32 - 2, count=4))
    assert [each.latent_seed for each in many] == [2**32 - 2, 2**32 - 1, 0, 1]
    torch.manual_seed(5)
    (alone,) = generator.samples(category=category, histogram=EVEN, seed=0)
    assert np.array_equal(alone.pixels, many[2].pixels)
    assert alone.pixels.shape == (32, 32, 3)
    assert alone.pixels.dtype == np.uint8
    assert not np.array_equal(many[0].pixels, many[1].pixels)


def test_truncation_to_nothing_makes_one_picture(generator: LoadedGenerator) -> None:
    category = generator.card.categories[-1].key
    made = generator.samples(category=category, histogram=EVEN, seed=3, count=2, truncation=1e-6)
    first, second = (each.pixels.astype(int) for each in made)
    assert abs(first - second).max() <= 1


def test_a_sweep_keeps_the_latent_and_a_way_between_two_ends_at_both(
    generator: LoadedGenerator,
) -> None:
    category, sd = generator.card.categories[0].key, generator.card.dial.sd
    dials = [histogram_of_dial(mean, sd) for mean in (3.0, 8.0)]
    low, high = generator.sweep(category=category, histograms=dials, seed=4)
    (same,) = generator.samples(category=category, histogram=dials[1], seed=4)
    assert np.array_equal(high.pixels, same.pixels)
    assert low.latent_seed == high.latent_seed == 4
    way = list(generator.between(category=category, histogram=dials[1], first=4, last=9, steps=3))
    assert np.array_equal(way[0].pixels, same.pixels)
    assert [each.latent_seed for each in way] == [4, 9, 9]


def test_files_that_do_not_belong_together_are_refused(made: Made, tmp_path: Path) -> None:
    weights, card = made.out / "generator-v1.safetensors", made.out / "generator-v1.json"
    with pytest.raises(DigestMismatchError):
        load_generator(made.out / "generator-film-v1.safetensors", card)
    broken = tmp_path / "card.json"
    broken.write_text(card.read_text().replace('"width": 2', '"width": "two"'))
    with pytest.raises(CardError):
        load_generator(weights, broken)
    loaded = load_generator(weights, card)
    golden = loaded.card.golden
    colours = tuple((one + 9.0, two, three) for one, two, three in golden.colours)
    odd = replace(loaded.card, golden=replace(golden, colours=colours))
    with pytest.raises(GoldenMismatchError, match="off by 9"):
        LoadedGenerator(loaded.network, odd).check_golden()


def test_an_obeyed_dial_is_told_from_chance_and_a_planted_copy_is_found() -> None:
    random = np.random.default_rng(0)
    asked = np.tile(np.linspace(3, 8, 8), 20)
    category = np.arange(160) // 80
    trial = Trial(
        asked=asked,
        judged=asked + random.normal(0, 1, 160),
        category=category,
        told=np.zeros(160, dtype=np.intp),
        latent=np.arange(160) // 8,
        vectors=random.normal(size=(160, 5)),
    )
    fidelity, shuffled = obeyed(trial)
    assert fidelity.low > 0.7
    assert shuffled.low < 0 < shuffled.high
    right, majority = recognised(trial)
    assert right.value == majority == 0.5
    learned, held_out = random.normal(size=(200, 5)), random.normal(size=(100, 5))
    samples = random.normal(size=(30, 5))
    samples[7] = learned[123] + 1e-4
    found = memories(samples, learned, held_out)
    assert found.nearest.argmin() == 7
    assert found.row[7] == 123
    assert found.nearest[7] < found.threshold
    copies = memories(learned[:30] + 1e-4, learned, held_out)
    assert copies.share.value == 1.0 > found.share.high


def test_a_sheet_that_no_quality_makes_small_enough_is_halved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, 6, 32, 32, 3), dtype=np.uint8)
    rows = [list(row) for row in noise]
    plain = Image.open(BytesIO(generation_sheets.jpeg(rows)))
    monkeypatch.setattr(generation_sheets, "LARGEST_BYTES", 8_000)
    file = generation_sheets.jpeg(rows)
    assert len(file) <= 8_000
    assert Image.open(BytesIO(file)).width * 4 == pytest.approx(plain.width, abs=4)
