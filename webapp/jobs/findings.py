"""Checks of a running installation: what is wrong, how to mend it, what to tell the operator."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Broken = TypeVar("Broken")


@dataclass(frozen=True, slots=True)
class Check(Generic[Broken]):
    """One thing that must hold. `find` lists what breaks it; `mend` repairs what was found.

    `text` says what is wrong; `cure` says who must act when there is no `mend`.
    """

    code: str
    text: str
    find: Callable[[], Sequence[Broken]]
    mend: Callable[[Sequence[Broken]], int] | None = None
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that does not hold: how often, a few examples, how much was mended."""

    code: str
    text: str
    count: int
    examples: tuple[str, ...]
    mended: int
    cure: str

    @property
    def settled(self) -> bool:
        """Everything found was mended."""
        return self.mended >= self.count


EXAMPLES = 5


def examine(checks: Sequence[Check[Any]], *, mending: bool) -> list[Finding]:
    """Run the checks in order; with `mending` repair what can be repaired. Nothing found: []."""
    findings = []
    for check in checks:
        broken = check.find()
        if not broken:
            continue
        mended = check.mend(broken) if mending and check.mend else 0
        examples = tuple(str(each) for each in broken[:EXAMPLES])
        findings.append(Finding(check.code, check.text, len(broken), examples, mended, check.cure))
    return findings
