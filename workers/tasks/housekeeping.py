"""Find forgotten work and throw away what nobody needs. Queue: maintenance. Safe to run twice."""

from webapp.cropping.housekeeping import tidy_crops
from webapp.dispatch import TaskName
from webapp.generation.housekeeping import tidy_generations
from webapp.inference.housekeeping import Tidied, tidy
from webapp.ratings.housekeeping import tidy_campaigns
from webapp.taste.housekeeping import tidy_tastes
from webapp.training.housekeeping import tidy_training
from workers.decorators import drain_task


@drain_task(name=TaskName.HOUSEKEEPING)
def housekeeping(**_unused: object) -> Tidied | None:
    """Tidy, unless another worker is doing it."""
    tidy_crops()
    tidy_campaigns()
    tidy_tastes()
    tidy_training()
    tidy_generations()
    return tidy()
