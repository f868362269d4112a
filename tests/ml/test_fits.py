"""Parametric fits of vote histograms, on planted shapes and against scipy's own fits."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from ml.cli.__main__ import main
from ml.evaluation.checks import BadRowsError
from ml.evaluation.fits import fit_errors, fit_table, gamma_density, gamma_shape, gaussian_density
from ml.evaluation.metrics import Array

STEPS = np.arange(1, 11)


def _shares(density: Array) -> Array:
    return density / density.sum()


def _some_counts(rows: int) -> Array:
    generator = np.random.default_rng(4)
    centres = generator.uniform(3, 8, size=rows)
    shapes = np.exp(-np.square(STEPS - centres[:, None]) / (2 * 1.4**2))
    return np.array(
        [generator.multinomial(200, row / row.sum()) for row in shapes], dtype=np.float64
    )


def test_the_gamma_fit_is_scipys_fit_of_the_single_votes() -> None:
    for row in _some_counts(6):
        votes = np.repeat(STEPS, row.astype(int))
        shape, _, scale = stats.gamma.fit(votes, floc=0)
        expected = stats.gamma.pdf(STEPS, shape, scale=scale)
        assert gamma_density((row / row.sum())[None])[0] == pytest.approx(expected, abs=1e-5)


def test_the_gaussian_fit_has_the_moments_of_the_votes() -> None:
    for row in _some_counts(4):
        votes = np.repeat(STEPS, row.astype(int))
        expected = stats.norm.pdf(STEPS, votes.mean(), votes.std())
        assert gaussian_density((row / row.sum())[None])[0] == pytest.approx(expected)


@pytest.mark.parametrize("shape", [0.3, 1.0, 4.0, 60.0, 4000.0])
def test_the_shape_equation_is_solved_for_flat_and_peaked_votes(shape: float) -> None:
    if shape < 100:
        gap = np.log(shape) - stats.gamma(shape).expect(np.log)
    else:
        gap = 1 / (2 * shape) + 1 / (12 * shape**2)  # the first terms for large shapes
    assert gamma_shape(np.array([gap]))[0] == pytest.approx(shape, rel=1e-3)


@pytest.mark.parametrize(
    ("family", "density"),
    [
        (0, stats.norm.pdf(STEPS, 5.4, 1.3)),
        (1, stats.gamma.pdf(STEPS, 8.0, scale=0.6)),
        (2, stats.gamma.pdf(11 - STEPS, 8.0, scale=0.6)),
    ],
)
def test_a_planted_family_fits_best(family: int, density: Array) -> None:
    errors = fit_errors(_shares(density)[None])[0]
    assert int(np.argmin(errors)) == family
    assert errors[family] < 0.004


def test_the_error_is_the_root_of_the_mean_square_over_the_steps() -> None:
    shares = np.array([[0.0, 0.5, 0.5, 0.0]])
    gaussian = stats.norm.pdf([1, 2, 3, 4], 2.5, 0.5)
    expected = np.sqrt(np.mean(np.square(gaussian - shares[0])))
    assert fit_errors(shares)[0, 0] == pytest.approx(expected)


def test_bands_are_the_whole_part_of_the_mean_and_weighted_into_the_total() -> None:
    counts = _some_counts(40)
    table = fit_table(counts)
    means = (counts @ STEPS) / counts.sum(axis=1)
    assert [row.low for row in table.rows] == sorted({int(mean) for mean in means})
    assert sum(row.count for row in table.rows) == table.overall.count == 40
    weighted = sum(row.count * row.gamma for row in table.rows) / 40
    assert weighted == pytest.approx(table.overall.gamma)


def test_turning_the_scale_round_swaps_gamma_and_its_reverse() -> None:
    counts = _some_counts(20)
    table, turned = fit_table(counts), fit_table(counts[:, ::-1])
    assert turned.overall.gamma == pytest.approx(table.overall.reversed_gamma)
    assert turned.overall.gaussian == pytest.approx(table.overall.gaussian)


def test_unanimous_pictures_are_counted_and_left_out() -> None:
    counts = _some_counts(5)
    counts[2] = [0, 0, 0, 90, 0, 0, 0, 0, 0, 0]
    table = fit_table(counts)
    assert table.unanimous == 1
    assert table.overall.count == 4


@pytest.mark.parametrize(
    ("cell", "words"),
    [(np.nan, "row 3: a count is not a finite"), (-1.0, "row 3: a count is negative")],
)
def test_a_bad_count_is_named_with_its_row(cell: float, words: str) -> None:
    counts = _some_counts(5)
    counts[3, 1] = cell
    with pytest.raises(BadRowsError, match=words) as caught:
        fit_table(counts)
    assert caught.value.row == 3


def test_rows_without_votes_or_of_mixed_length_are_refused() -> None:
    with pytest.raises(BadRowsError, match="row 1: there are no votes"):
        fit_table([[1, 2, 3], [0, 0, 0]])
    with pytest.raises(BadRowsError, match="not a table"):
        fit_table([[1, 2, 3], [1, 2]])
    with pytest.raises(BadRowsError, match=r"\(rows, bins\)"):
        fit_table([1, 2, 3])
    with pytest.raises(BadRowsError, match="more than one step"):
        fit_table([[0, 3, 0]])


def _ava_csv(path: Path, counts: Array) -> Path:
    lines = ["image_id," + ",".join(f"n{step}" for step in STEPS)]
    lines += [f"{900 + n}," + ",".join(f"{c:.0f}" for c in row) for n, row in enumerate(counts)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_command_prints_avas_table_beside_ours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = _some_counts(30)
    table = _ava_csv(tmp_path / "ava.csv", counts)
    assert main(["fits", f"ava={table}"]) == 0
    last = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("all"))
    overall = fit_table(counts).overall
    assert f"{overall.gaussian:.4f}     0.0284" in last
    assert f"{overall.gaussian - 0.0284:+.4f}" in last
    assert "30 *" in last


def test_the_command_refuses_a_source_without_histograms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fits", f"nothing={tmp_path}"]) == 2
    assert "no kind of data set" in capsys.readouterr().err
