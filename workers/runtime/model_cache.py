"""The active model versions, warm in this process; swapped when others become active."""

import logging
import time
from dataclasses import dataclass
from typing import cast

from django.utils.module_loading import import_string

from webapp.jobs import beats
from webapp.registry import selectors as registry
from webapp.registry.models import ModelVersion
from workers.runtime.models import SCORER, LoadedModel, Model, ModelUnusableError, Role

logger = logging.getLogger(__name__)

# By name, like the loaders: the parent of the pool never imports torch.
FREE = "workers.runtime.device.free_memory"
RETRY_SECONDS = 30.0


@dataclass(slots=True)
class _Place:
    """What is held for a role, and what keeps it from holding the active versions."""

    held: LoadedModel | None = None
    refused: tuple[str, ...] = ()
    retry_at: float = 0.0
    problem: str = ""


class ModelCache:
    """Holds one model a role. Versions that cannot be loaded are tried again now and then."""

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}

    def current(self, role: Role[Model]) -> Model:
        """Of the active versions; or, if the role allows, of those before them.

        Raises ModelUnusableError when the active ones cannot be loaded and none may stand in.
        """
        return cast(Model, self._current(role))

    def _current(self, role: Role[Model]) -> LoadedModel:
        place = self._places.setdefault(role.name, _Place())
        versions = [(kind, role.chosen(kind)) for kind in role.kinds]
        missing = [kind for kind, version in versions if version is None]
        active = tuple(version for _, version in versions if version is not None)
        if missing:
            which = "" if role.name == SCORER.name else f" of the kind {missing[0]}"
            problem = f"no version{which} is active; run `manage.py sync_models`"
            return _fall_back(role, place, problem)
        digests = _digests(active)
        if place.held and _digests(place.held.versions) == digests:
            return place.held
        if place.refused == digests and time.monotonic() < place.retry_at:
            return _fall_back(role, place, place.problem)
        return self._load(role, place, active)

    def note(self) -> str:
        """What the worker's heartbeat says."""
        places = list(self._places.values())
        problems = [place.problem for place in places if place.problem]
        if problems:
            return beats.PROBLEM + "; ".join(problems)
        held = [place.held for place in places if place.held]
        if not held:
            return "no model loaded yet"
        names = dict.fromkeys(version.name for model in held for version in model.versions)
        return f"{', '.join(names)} on {held[0].device}"

    def _load(
        self, role: Role[Model], place: _Place, active: tuple[ModelVersion, ...]
    ) -> LoadedModel:
        try:
            loaded: LoadedModel = import_string(role.loader)(*active)
        except ModelUnusableError as error:
            logger.warning("the model is not served: %s", error)
            place.refused = _digests(active)
            place.retry_at = time.monotonic() + RETRY_SECONDS
            return _fall_back(role, place, str(error))
        names = " with ".join(version.name for version in active)
        logger.info("serving %s as %s on %s", names, role.name, loaded.device)
        replaced = place.held is not None
        place.held, place.problem, place.refused = loaded, "", ()
        if self._release_retired() or replaced:
            import_string(FREE)()
        return loaded

    def _release_retired(self) -> int:
        """Let go of what explains or coaches by versions that judge no more; returns how many."""
        active = registry.active_digests()
        released = 0
        for name, place in self._places.items():
            held = place.held
            if held and name != SCORER.name and not active.issuperset(_digests(held.versions)):
                place.held = None
                released += 1
        return released


def _digests(versions: tuple[ModelVersion, ...]) -> tuple[str, ...]:
    return tuple(version.digest for version in versions)


def _fall_back(role: Role[Model], place: _Place, problem: str) -> LoadedModel:
    place.problem = problem
    if place.held is None or not role.falls_back:
        raise ModelUnusableError(problem)
    return place.held


model_cache = ModelCache()
