"""Names of the files of a run's folder, which ``ml.contracts.retrain`` describes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ml.contracts.files import replace_file

CHALLENGER = "challenger"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where everything of one run lies."""

    path: Path

    @property
    def request(self) -> Path:
        return self.path / "request.json"

    @property
    def manifest(self) -> Path:
        return self.path / "manifest.jsonl"

    @property
    def pictures(self) -> Path:
        return self.path / "pictures"

    def other(self, key: str) -> Path:
        """The manifest of another snapshot's test pictures."""
        return self.path / "others" / f"{key}.jsonl"

    @property
    def champion(self) -> Path:
        """Weights of the model to beat."""
        return self.path / "champion.safetensors"

    @property
    def champion_card(self) -> Path:
        return self.path / "champion.json"

    @property
    def checkpoint(self) -> Path:
        """Where a network that learns epoch by epoch goes on."""
        return self.path / "last.safetensors"

    @property
    def weights(self) -> Path:
        """What was learned."""
        return self.path / f"{CHALLENGER}.safetensors"

    @property
    def card(self) -> Path:
        return self.path / f"{CHALLENGER}.json"

    def write_card(
        self, card: Mapping[str, object], check: Callable[[Mapping[str, object]], object]
    ) -> None:
        """Of the challenger. ``check``: raises CardError for what the loader would refuse."""
        check(card)
        replace_file(self.card, (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())

    @property
    def report(self) -> Path:
        return self.path / "report.json"

    @property
    def artefacts(self) -> Path:
        return self.path / "artefacts"

    @property
    def work(self) -> Path:
        """Decoded pixels of this run: of no use after it."""
        return self.path / "work"
