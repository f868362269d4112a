"""The active model version, warm in this process; swapped when another becomes active."""

import logging
import time

from django.utils.module_loading import import_string

from webapp.jobs import beats
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion
from workers.runtime.models import LoadedModel, ModelUnusableError

logger = logging.getLogger(__name__)

# By name: torch is for the child that computes, not for the parent that only hears doorbells.
LOADER = "workers.runtime.loading.load"
RETRY_SECONDS = 30.0


class ModelCache:
    """Holds one model. A version that cannot be loaded is tried again now and then."""

    def __init__(self) -> None:
        self._held: LoadedModel | None = None
        self._refused = ""
        self._retry_at = 0.0
        self._problem = ""

    def current(self, kind: ModelKind) -> LoadedModel:
        """The active version; the one before it while the active one cannot be loaded.

        Raises ModelUnusableError when there is neither.
        """
        version = registry.active(kind)
        if version is None:
            return self._fall_back("no version is active; run `manage.py sync_models`")
        if self._held and self._held.version.digest == version.digest:
            return self._held
        if self._refused == version.digest and time.monotonic() < self._retry_at:
            return self._fall_back(self._problem)
        return self._load(version)

    def note(self) -> str:
        """What the worker's heartbeat says."""
        if self._problem:
            return beats.PROBLEM + self._problem
        if self._held:
            return f"{self._held.version.name} on {self._held.device}"
        return "no model loaded yet"

    def _load(self, version: ModelVersion) -> LoadedModel:
        try:
            loaded: LoadedModel = import_string(LOADER)(version)
        except ModelUnusableError as error:
            logger.warning("the model is not served: %s", error)
            self._refused = version.digest
            self._retry_at = time.monotonic() + RETRY_SECONDS
            return self._fall_back(str(error))
        logger.info("serving %s on %s", version.name, loaded.device)
        self._held, self._problem, self._refused = loaded, "", ""
        return loaded

    def _fall_back(self, problem: str) -> LoadedModel:
        self._problem = problem
        if self._held is None:
            raise ModelUnusableError(problem)
        return self._held


model_cache = ModelCache()
