"""What the client leaves behind: one CSV for the folder, one XMP sidecar per picture."""

import csv
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr

from connoisseur_client.server import Judgement

BINS = tuple(f"p{n}" for n in range(1, 11))
SCORE = ("mean", "sd", "low", "high", *BINS, "model", "reference_percentile")
COLUMNS = ("file", "state", *SCORE, "reason")
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:connoisseur="urn:connoisseur:opinion:1"
    xmp:Rating={stars}
    connoisseur:Mean={mean}
    connoisseur:Deviation={sd}
    connoisseur:Interval80={interval}{place}
    connoisseur:Distribution={distribution}
    connoisseur:Model={model}/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


def stars(mean: float) -> int:
    """A predicted mean of 1-10 as 1-5 stars, evenly: 1 -> 1, 5.5 -> 3, 10 -> 5."""
    return round(1 + (mean - 1) * 4 / 9)


def write_csv(path: Path, judgements: Iterable[Judgement], *, root: Path) -> None:
    """All files of the folder, best first; those without a score last."""
    ordered = sorted(judgements, key=lambda each: (each.mean is None, -(each.mean or 0), each.path))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_row(each, root) for each in ordered)


def _row(each: Judgement, root: Path) -> list[object]:
    name = _harmless(str(each.path.relative_to(root)))
    if each.mean is None or each.interval is None:
        return [name, each.state, *[""] * len(SCORE), each.reason]
    numbers = (each.mean, each.sd or 0, *each.interval, *each.distribution)
    written = [f"{number:.4f}" for number in numbers]
    return [name, each.state, *written, each.model, _place(each), each.reason]


def _place(each: Judgement) -> str:
    """Of 100 photos the model learned from, how many it expects less of; empty when not said."""
    return "" if each.reference_percentile is None else f"{each.reference_percentile:.1f}"


def _place_attribute(each: Judgement) -> str:
    place = _place(each)
    return f"\n    connoisseur:ReferencePercentile={quoteattr(place)}" if place else ""


def _harmless(name: str) -> str:
    """A file name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@", "\t", "\r")) else name


def sidecar_of(picture: Path) -> Path:
    """Adobe's and darktable's place for a sidecar: the picture's whole name and .xmp."""
    return picture.with_name(f"{picture.name}.xmp")


def write_sidecar(judgement: Judgement, *, overwrite: bool) -> bool:
    """Write the sidecar; False without a score, or when one exists that may hold others' work."""
    target = sidecar_of(judgement.path)
    if judgement.mean is None or judgement.interval is None:
        return False
    if target.exists() and not overwrite:
        return False
    low, high = judgement.interval
    target.write_text(
        _XMP.format(
            stars=quoteattr(str(stars(judgement.mean))),
            mean=quoteattr(f"{judgement.mean:.3f}"),
            sd=quoteattr(f"{judgement.sd or 0:.3f}"),
            interval=quoteattr(f"{low:.3f} {high:.3f}"),
            place=_place_attribute(judgement),
            distribution=quoteattr(" ".join(f"{p:.4f}" for p in judgement.distribution)),
            model=quoteattr(judgement.model),
        ),
        encoding="utf-8",
    )
    return True
