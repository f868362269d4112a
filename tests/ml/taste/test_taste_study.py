"""Single votes become picks, and the command measures what a head learns from them."""

import csv
from pathlib import Path

import numpy as np
import pytest

from ml.cli.__main__ import main
from ml.evaluation.crowd_votes import Recorded
from ml.evaluation.taste_study import badges, gains, people_of, variants
from ml.taste.head import STANDARD
from tests.ml.panels import noise
from tests.workers.tiny import write_tiny_scorer


def made_up(
    *, raters: int, pictures: int, own: float, seed: int = 1
) -> tuple[Recorded, np.ndarray]:
    """Raters who agree on nothing but that each prefers one of two looks by `own` steps of 7."""
    generator = np.random.default_rng(seed)
    look = generator.integers(0, 2, pictures)
    side = generator.choice([-1, 1], raters)
    value = 3 + own * side[:, None] * (look - 0.5) + generator.normal(0, 1, (raters, pictures))
    votes = Recorded(
        raters=raters,
        pictures=pictures,
        levels=7,
        rater=np.repeat(np.arange(raters), pictures),
        picture=np.tile(np.arange(pictures), raters),
        level=np.clip(value.round(), 0, 6).astype(np.intp).ravel(),
    )
    return votes, generator.normal(0, 0.25, (pictures, 4)) + look[:, None]


def silent(_text: str) -> None:
    """Nobody listens."""


def test_a_vote_at_ones_own_median_is_no_pick():
    votes = Recorded(
        raters=2, pictures=3, levels=7, rater=np.array([0, 0, 0, 1]),
        picture=np.array([0, 1, 2, 0]), level=np.array([1, 3, 6, 2]),
    )  # fmt: skip
    first, second = people_of(votes, vectors=np.eye(3), crowd=np.array([4.0, 5.0, 6.0]))
    assert first.picks.liked.tolist() == [False, True]
    assert first.picks.crowd.tolist() == [4.0, 6.0], "the middle vote says neither"
    assert first.others[0] == pytest.approx(4.0), "the other rater's vote alone, in points"
    assert len(second.others) == 0


def test_taste_is_found_where_people_differ_and_not_where_they_do_not():
    votes, vectors = made_up(raters=12, pictures=70, own=3)
    crowd = np.full(70, 5.0)
    people = people_of(votes, vectors=vectors, crowd=crowd)
    [found] = gains(people, settings=STANDARD, runs=1, seed=1, tell=silent, at=(20,))
    assert found.people == 12 and found.crowd.value == pytest.approx(0.5)
    assert found.gain.low > 0.2 and found.better == 1
    [told] = badges(people, seed=1, tell=silent, at=(20,))
    assert told.shown > 0.8 and told.by_chance < 0.3
    alike, vectors = made_up(raters=12, pictures=70, own=0)
    people = people_of(alike, vectors=vectors, crowd=crowd)
    [none] = gains(people, settings=STANDARD, runs=1, seed=1, tell=silent, at=(20,))
    assert none.gain.value < 0.05
    assert "closeness doubled" in variants(STANDARD)


def test_the_command_writes_its_section_and_its_plot(tmp_path: Path):
    data = tmp_path / "votes.csv"
    generator = np.random.default_rng(2)
    with data.open("w", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(["rater", "file", "vote_1_7"])
        for number in range(45):
            brightness = number / 44
            noise(number, brightness=brightness).save(tmp_path / f"{number}.png")
            for rater in range(6):
                vote = np.clip(round(1 + 6 * brightness + generator.normal(0, 1)), 1, 7)
                rows.writerow([f"r{rater}", f"{number}.png", int(vote)])
    page = tmp_path / "page.md"
    page.write_text(
        "before\n<!-- taste: begin, written by `python -m ml.cli taste` -->\n<!-- taste: end -->\n"
    )
    card = write_tiny_scorer(tmp_path / "weights")
    status = main([
        "taste", "--data", f"csv={data}", str(tmp_path), "--weights",
        str(card.with_suffix(".safetensors")), "--card", str(card), "--runs", "1", "--at", "10",
        "--into", str(page), "--plots", str(tmp_path / "images"),
    ])  # fmt: skip
    assert status == 0
    text = page.read_text()
    assert text.startswith("before\n") and "| picks | people |" in text
    assert "](images/taste-gain.svg)" in text
    assert (tmp_path / "images" / "taste-gain.svg").read_text().count("<svg") == 1
