"""What an owner does with artworks, albums and share links. One transaction each."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.accounts.tokens import digest, new_secret
from webapp.catalogue.models import Album, AlbumItem, Artwork, ShareLink
from webapp.common.errors import Conflict, NotFound
from webapp.events.payloads import EventKind
from webapp.events.publish import publish


@transaction.atomic
def change(user: User, ids: Collection[UUID], **columns: str) -> int:
    """Set title or medium of visible artworks; unknown ids are left alone. Returns how many."""
    changed = list(Artwork.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    if changed:
        Artwork.objects.filter(pk__in=changed).update(**columns)
        publish(user.pk, EventKind.ARTWORK_CHANGED, changed)
    return len(changed)


@transaction.atomic
def delete(user: User, ids: Collection[UUID]) -> int:
    """Put artworks into the trash, from where `restore` brings them back."""
    found = Artwork.objects.visible_to(user).filter(pk__in=ids)
    gone = list(found.held().values_list("pk", flat=True))
    if gone:
        Artwork.objects.filter(pk__in=gone).update(deleted_at=timezone.now())
        publish(user.pk, EventKind.ARTWORK_DELETED, gone)
    return len(gone)


@transaction.atomic
def restore(user: User, ids: Collection[UUID]) -> int:
    """Undo `delete`. Raises Conflict when the same file has been uploaded again since."""
    found = Artwork.objects.deleted_by(user).filter(pk__in=ids)
    back = list(found.held().values_list("pk", "original"))
    twins = Artwork.objects.visible_to(user).filter(original__in=[blob for _, blob in back])
    if twins.exists():
        raise Conflict("This picture has been uploaded again since; there is nothing to restore.")
    if back:
        Artwork.objects.filter(pk__in=[pk for pk, _ in back]).update(deleted_at=None)
        publish(user.pk, EventKind.ARTWORK_CREATED, [pk for pk, _ in back])
    return len(back)


@transaction.atomic
def create_album(user: User, *, title: str) -> Album:
    """An empty album."""
    album = Album.objects.create(owner=user, title=title)
    publish(user.pk, EventKind.ALBUM_CHANGED, [album.pk])
    return album


@transaction.atomic
def rename_album(album: Album, *, title: str) -> None:
    """Give an album another title."""
    Album.objects.filter(pk=album.pk).update(title=title)
    publish(album.owner_id, EventKind.ALBUM_CHANGED, [album.pk])


@transaction.atomic
def delete_album(album: Album) -> None:
    """Remove the album and its links; the artworks stay."""
    publish(album.owner_id, EventKind.ALBUM_CHANGED, [album.pk])
    album.delete()


@transaction.atomic
def add_to_album(user: User, album: Album, ids: Collection[UUID]) -> int:
    """Add visible artworks; those already inside stay. Returns how many of the ids are inside."""
    found = list(Artwork.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    items = [AlbumItem(album=album, artwork_id=pk) for pk in found]
    AlbumItem.objects.bulk_create(items, ignore_conflicts=True)
    publish(user.pk, EventKind.ALBUM_CHANGED, [album.pk])
    return len(found)


@transaction.atomic
def remove_from_album(album: Album, ids: Collection[UUID]) -> int:
    """Take artworks out of an album. Returns how many left it."""
    removed, _ = AlbumItem.objects.filter(album=album, artwork__in=ids).delete()
    publish(album.owner_id, EventKind.ALBUM_CHANGED, [album.pk])
    return removed


@transaction.atomic
def share(
    album: Album, *, expires_at: datetime | None, allow_originals: bool
) -> tuple[ShareLink, str]:
    """A link to the album and its secret, which is shown once."""
    secret = new_secret("s")
    link = ShareLink.objects.create(
        album=album,
        token_hash=digest(secret),
        token_hint=secret[2:8],
        expires_at=expires_at,
        allow_originals=allow_originals,
    )
    publish(album.owner_id, EventKind.ALBUM_CHANGED, [album.pk])
    return link, secret


def revoke_share(user: User, share_id: UUID) -> None:
    """End a link at once. Raises NotFound for other people's."""
    links = ShareLink.objects.visible_to(user).filter(pk=share_id, revoked_at=None)
    if not links.update(revoked_at=timezone.now()):
        raise NotFound


def open_share(secret: str) -> ShareLink:
    """The link behind an address, its album loaded. Raises NotFound when it is not open."""
    found = ShareLink.objects.open().filter(token_hash=digest(secret)).select_related("album")
    link = found.first()
    if link is None:
        raise NotFound
    return link
