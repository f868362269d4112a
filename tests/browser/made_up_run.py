"""A run on the votes of a made-up crowd: really trained and really judged, on pieces of photos."""

import hashlib
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image, ImageStat

from tests.browser.crowd import Organiser, accounts, at_api
from tests.browser.made_up_crowd import rate
from tests.browser.pages import PASSWORD
from tests.images import encode
from tests.product import Product
from webapp.training.parts import Part, part_of

# As `manage.py demo` has them; NOTICE names each.
PHOTOS = (
    ("skimage", "data/chelsea.png"),
    ("skimage", "data/coffee.png"),
    ("skimage", "data/rocket.jpg"),
    ("skimage", "data/astronaut.png"),
    ("sklearn", "datasets/images/china.jpg"),
    ("sklearn", "datasets/images/flower.jpg"),
)
STUDIO = "studio@example.org"
TITLE = "Colour on the wall"
WANTED = {Part.TRAIN: 44, Part.VALIDATION: 8, Part.TEST: 28}
RATERS = tuple(f"{name}@colour.example.org" for name in ("ada", "ben", "cleo", "dan", "ella"))
MOST_S = 1200
LOOK_S = 2
_STAFF = """
from webapp.accounts.models import Scope, User
from webapp.accounts.services import create_token
user = User.objects.create_user({email!r}, {password!r}, is_staff=True)
print(create_token(user, name="studio", scopes=list(Scope))[1])
"""


@dataclass(frozen=True)
class Trained:
    """Ids of what there is to look at."""

    campaign: str
    snapshot: str
    run: str


def trained(product: Product, recipe: str = "refine") -> Trained:
    """A studio of its own, a crowd that likes colour, and the gate's answer to what it taught."""
    said = product.manage("shell", "-c", _STAFF.format(email=STUDIO, password=PASSWORD))
    client = at_api(product, said.splitlines()[-1])
    studio = Organiser(client, ())
    colours = {_sent(studio, file): colour for file, colour in _pieces()}
    _until(lambda: all(studio.send("GET", f"artworks/{each}")["score"] for each in colours))
    studio = Organiser(client, tuple(colours))
    campaign = studio.campaign(title=TITLE, votes_wanted=len(RATERS), for_training=True)
    entries = studio.send("GET", f"campaigns/{campaign['id']}/entries?limit=200")["results"]
    tastes = {each["id"]: 2.5 + 6 * colours[each["artwork"]] for each in entries}
    for seed, token in enumerate(accounts(product, *RATERS).values()):
        rate(at_api(product, token), campaign, tastes, random.Random(seed))
    # a made-up crowd answers faster than people look
    spec = {"name": TITLE, "campaigns": [campaign["id"]], "leave_out_doubted": False}
    snapshot = studio.send("POST", "snapshots", spec)["id"]
    _until(lambda: studio.send("GET", f"snapshots/{snapshot}")["state"] != "freezing")
    run = studio.send("POST", "training-runs", {"snapshot": snapshot, "recipe": recipe})["id"]
    ended = {"done", "failed"}
    _until(lambda: studio.send("GET", f"training-runs/{run}")["state"] in ended)
    return Trained(campaign["id"], snapshot, run)


def _pieces() -> Iterator[tuple[bytes, float]]:
    """Cuts of the demo photos, and how colourful each is, from 0 to 1; the same every time."""
    photos = [Image.open(path).convert("RGB") for path in _photos()]
    wanted, seed = dict(WANTED), 0
    while any(wanted.values()):
        seed += 1
        dice = random.Random(seed)
        piece = _cut(photos[seed % len(photos)], dice)
        file = encode(piece, quality=90)
        part = part_of(hashlib.sha256(file).hexdigest())
        if wanted[part]:
            wanted[part] -= 1
            yield file, ImageStat.Stat(piece.convert("HSV")).mean[1] / 255


def _photos() -> Iterator[Path]:
    for package, name in PHOTOS:
        spec = find_spec(package)
        assert spec is not None and spec.origin is not None, package
        yield Path(spec.origin).parent / name


def _cut(photo: Image.Image, dice: random.Random) -> Image.Image:
    width, height = (int(side * dice.uniform(0.35, 0.6)) for side in photo.size)
    left = dice.randrange(photo.width - width)
    top = dice.randrange(photo.height - height)
    return photo.crop((left, top, left + width, top + height))


def _sent(studio: Organiser, file: bytes) -> str:
    name = f"piece-{hashlib.sha256(file).hexdigest()[:8]}.jpg"
    answer = studio.client.post("artworks", files={"file": (name, file)}).raise_for_status()
    identity: str = answer.json()["id"]
    return identity


def _until(holds: Any) -> None:
    deadline = time.monotonic() + MOST_S
    while not holds():
        assert time.monotonic() < deadline, "it does not end"
        time.sleep(LOOK_S)
