"""Documents that lie fail here."""

import re
from pathlib import Path

from tests.product import ROOT
from webapp.events.payloads import EventKind
from webapp.gallery.management.commands.api_reference import reference

VARIABLE = re.compile(r'(?:env\.\w+|choice|engine_url)\(\s*"([A-Z0-9_]+)"')


def _read(*parts: str) -> str:
    return (ROOT.joinpath(*parts)).read_text()


def test_every_setting_is_documented_and_no_other() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "webapp/config").rglob("*.py"))
    documented = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", _read("docs", "settings.md")))
    assert set(VARIABLE.findall(sources)) | {"HOST"} == documented


def test_every_event_is_documented() -> None:
    documented = set(re.findall(r"^\| `([a-z.]+)` \|", _read("docs", "events.md"), re.MULTILINE))
    assert {kind.value for kind in EventKind} == documented


def test_the_api_reference_is_the_schema() -> None:
    assert _read("docs", "api.md") == reference(), "run `manage.py api_reference > docs/api.md`"


def test_links_between_documents_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / Path(target)).exists()
    ]
    assert broken == []
