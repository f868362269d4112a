"""Uploads many tiny pictures one after another; prints how long each took, a line each.

python -m tests.flows.uploader OWNER_EMAIL COUNT SEED PAUSE_SECONDS
"""

import random
import sys
import time
from io import BytesIO

import django
from PIL import Image

django.setup()

from webapp.accounts.models import User  # noqa: E402  # after the setup
from webapp.gallery.services import accept_upload  # noqa: E402


def picture(chance: random.Random) -> BytesIO:
    out = BytesIO()
    noise = chance.randbytes(8 * 6 * 3)
    Image.frombytes("RGB", (8, 6), noise).resize((48, 36)).save(out, "PNG")
    return BytesIO(out.getvalue())


def main(email: str, count: int, seed: int, pause: float) -> None:
    owner = User.objects.get(email=email)
    chance = random.Random(seed)
    for number in range(count):
        started = time.monotonic()
        accept_upload(
            owner=owner, content=picture(chance), filename=f"{number}.png", medium="photo",
            title="",
        )  # fmt: skip
        print(time.monotonic() - started, flush=True)
        time.sleep(pause)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
