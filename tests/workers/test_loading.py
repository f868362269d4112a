"""A batch that does not fit into memory is halved, down to one picture."""

import pytest
import torch
from PIL import Image

from ml.contracts.results import ScoreResult
from webapp.registry.models import ModelVersion
from workers.runtime.loading import ServingScorer, load
from workers.runtime.models import ModelUnusableError

RESULT = ScoreResult.from_distribution([0.1] * 10, half_width=0.5)


class Cramped:
    """Fails for more than two pictures at once, and always for a wide one."""

    version = "cramped"

    def __init__(self, error: BaseException) -> None:
        self.error = error
        self.batches: list[int] = []

    def predict_batch(self, images):
        if len(images) > 2 or any(image.width > 100 for image in images):
            raise self.error
        self.batches.append(len(images))
        return [RESULT] * len(images)

    def check_golden(self):
        pass


def serving_with(error: BaseException) -> tuple[ServingScorer, Cramped]:
    cramped = Cramped(error)
    return ServingScorer(ModelVersion(name="v"), cramped, on=torch.device("cpu")), cramped


def pictures(*widths: int) -> list[Image.Image]:
    return [Image.new("RGB", (width, 10)) for width in widths]


@pytest.mark.parametrize(
    "error",
    [
        torch.cuda.OutOfMemoryError("CUDA out of memory"),
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes"),
    ],
)
def test_a_batch_is_halved_until_it_fits(error):
    serving, cramped = serving_with(error)
    assert serving.predict_batch(pictures(*[10] * 7)) == [RESULT] * 7
    assert cramped.batches == [1, 2, 2, 2]


def test_a_picture_that_does_not_fit_even_alone_has_no_result():
    serving, _ = serving_with(MemoryError())
    assert serving.predict_batch(pictures(10, 900, 10)) == [RESULT, None, RESULT]


def test_another_error_is_not_taken_for_a_lack_of_memory():
    serving, _ = serving_with(RuntimeError("shapes do not fit"))
    with pytest.raises(RuntimeError, match="shapes"):
        serving.predict_batch(pictures(10, 10, 10))


def test_weights_other_than_the_registered_ones_are_not_served(scorer):
    version = ModelVersion.objects.get()
    version.digest = "0" * 64
    with pytest.raises(ModelUnusableError, match="not the registered version"):
        load(version)
