"""What runs of these tests share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Features and looks of the made-up pictures, which are the same in every run."""
    return tmp_path_factory.mktemp("cache")
