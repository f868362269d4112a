"""Generated pictures are marked wherever they go, and teach and compete only by leave."""

from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from tests.images import encode, photo, photo_file
from tests.people import person
from tests.webapp.crowd.hands import open_campaign
from tests.webapp.generation.studios import JSON, browser, made, register_generator
from tests.webapp.training.crowds import photos
from webapp.accounts.models import User
from webapp.catalogue import curation
from webapp.catalogue.models import Artwork
from webapp.catalogue.provenance import marked, says_generated
from webapp.gallery.services import accept_upload
from webapp.ratings.models import Campaign, Rating

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return person("staff@example.org", staff=True)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def kept(client: Client, owner: User) -> Artwork:
    """A generated picture among the owner's own, judged and with display files or not."""
    register_generator()
    generation = made(owner, 5.0)
    sample = generation.samples.get()
    where = f"/api/v1/generations/{generation.pk}/samples/{sample.pk}/keep"
    return Artwork.objects.get(pk=client.post(where, {}, JSON).json()["artwork"])


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WebP", "lossless"])
def test_the_mark_stands_in_every_kind_of_file_and_changes_no_pixel(form):
    plain = photo_file() if form == "JPEG" else encode(
        photo(), "WebP" if form == "lossless" else form, lossless=form == "lossless"
    )  # fmt: skip
    file = marked(plain)
    assert says_generated(BytesIO(file)) and not says_generated(BytesIO(plain))
    before, after = (Image.open(BytesIO(data)) for data in (plain, file))
    assert before.tobytes() == after.tobytes()
    assert b"trainedAlgorithmicMedia" in str(after.info).encode()


def test_the_api_a_shared_album_and_its_files_say_that_a_picture_is_generated(staff):
    client = signed_in(staff)
    artwork = kept(client, staff)
    [card] = client.get("/api/v1/artworks").json()["results"]
    detail = client.get(f"/api/v1/artworks/{artwork.pk}").json()
    assert (card["generated"], detail["generated"]) == (True, True)
    assert (detail["recipe"]["model"], detail["recipe"]["latent_seed"]) == ("generator-1", 1)
    album = curation.create_album(staff, title="Shown")
    curation.add_to_album(staff, album, [artwork.pk])
    _, token = curation.share(album, expires_at=None, allow_originals=True)
    shared = Client().get(f"/s/{token}/api/artworks/{artwork.pk}").json()
    assert shared["generated"] is True and "recipe" not in shared
    file = Client().get(f"/s/{token}/media/{artwork.pk}/original").content
    assert says_generated(BytesIO(file))


def test_an_upload_whose_file_says_so_is_generated_too_and_others_are_not(staff):
    for data in (marked(photo_file(seed=1)), photo_file(seed=2)):
        accept_upload(
            owner=staff, content=BytesIO(data), filename="a.jpg", medium="photo", title="a"
        )
    said = signed_in(staff).get("/api/v1/artworks").json()["results"]
    assert sorted(each["generated"] for each in said) == [False, True]


def generated(owner: User, count: int = 4) -> list[Artwork]:
    """Pictures of which the first was generated, each with a vote of its owner."""
    pictures = photos(owner, range(count))
    Artwork.objects.filter(pk=pictures[0].pk).update(generated={})
    Rating.objects.bulk_create(Rating(artwork=each, rater=owner, value=7) for each in pictures)
    return pictures


@pytest.mark.parametrize(("asked", "pictures"), [({}, 3), ({"with_generated": True}, 4)])
def test_models_learn_from_generated_pictures_only_when_staff_say_so(staff, asked, pictures):
    generated(staff)
    spec = {"library": True, "fewest_votes": 1, **asked}
    found = signed_in(staff).post("/api/v1/snapshots/preview", spec, JSON).json()
    assert found["pictures"] == pictures
    left_out = {each["code"]: each["n"] for each in found["left_out"]}
    assert left_out.get("generated", 0) == 4 - pictures


def test_a_campaign_takes_generated_pictures_only_when_staff_let_it(staff):
    organiser = person("organiser@example.org")
    pictures = generated(organiser)
    campaign = open_campaign(organiser, [])
    client, boss = signed_in(organiser), signed_in(staff)
    where = f"/api/v1/campaigns/{campaign.pk}"
    ids = {"artworks": [str(each.pk) for each in pictures]}
    added = client.post(f"{where}/entries", ids, JSON).json()
    assert added["added"] == 3
    assert [each["code"] for each in added["refused"]] == ["generated_not_allowed"]
    wish = {"generated_allowed": True}
    answer = client.patch(where, wish, JSON)
    assert (answer.status_code, answer.json()["code"]) == (403, "staff_only")
    answer = client.post("/api/v1/campaigns", {"title": "Free", **wish}, JSON)
    assert (answer.status_code, answer.json()["code"]) == (403, "staff_only")
    assert boss.post("/api/v1/campaigns", {"title": "Free", **wish}, JSON).status_code == 201
    Campaign.objects.filter(pk=campaign.pk).update(organiser=staff)
    assert boss.patch(where, wish, JSON).json()["generated_allowed"] is True
    Campaign.objects.filter(pk=campaign.pk).update(organiser=organiser)
    assert client.post(f"{where}/entries", ids, JSON).json()["added"] == 1
    shown = client.get(f"{where}/entries").json()["results"]
    assert sorted(each["generated"] for each in shown) == [False] * 3 + [True]
    rows = b"".join(client.get(f"{where}/export?what=entries").streaming_content).decode()
    assert sorted(line.split(",")[18] for line in rows.splitlines()[1:]) == ["0", "0", "0", "1"]


def test_a_challenge_refuses_a_generated_picture_by_name(staff):
    painter = person("painter@example.org")
    [picture, *_] = generated(painter)
    challenge = open_campaign(
        staff, [], kind="challenge", reveal="at_end", access="open",
        submissions_close_at="2100-01-01T00:00Z",
    )  # fmt: skip
    where = f"/api/v1/challenges/{challenge.pk}/submissions"
    client = signed_in(painter)
    answer = client.post(where, {"artwork": str(picture.pk)}, JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "generated_not_allowed")
    Campaign.objects.update(generated_allowed=True)
    assert client.post(where, {"artwork": str(picture.pk)}, JSON).status_code == 201
    assert browser("x@example.org").post(where, {"artwork": str(picture.pk)}).status_code != 201
