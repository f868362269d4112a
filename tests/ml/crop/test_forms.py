"""Crops in the words of imgproxy, thumbor and CSS."""

import pytest

from ml.contracts.crops import Box
from ml.crop.forms import forms


def test_each_software_gets_its_own_form() -> None:
    told = forms(Box(600, 200, 400, 400), width=1200, height=800)

    assert told.imgproxy == "fp:0.6667:0.5"
    assert told.thumbor == "filters:focal(600x200:1000x600)"
    assert told.css == "object-position: 100% 50%"


@pytest.mark.parametrize(
    ("box", "css"),
    [
        (Box(0, 0, 1000, 500), "50% 50%"),  # the picture's own shape: nothing is cut
        (Box(0, 0, 500, 500), "0% 50%"),
        (Box(250, 0, 500, 500), "50% 50%"),
        (Box(100, 0, 500, 500), "20% 50%"),
        (Box(0, 300, 1000, 200), "50% 100%"),
        (Box(0, 30, 1000, 200), "50% 10%"),
        (Box(900, 400, 100, 100), "100% 50%"),  # as near as a square window gets
    ],
)
def test_the_window_that_css_shows_lies_on_the_crop(box: Box, css: str) -> None:
    assert forms(box, width=1000, height=500).css == f"object-position: {css}"
