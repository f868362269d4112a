"""Names of the channel groups."""


def owner_group(owner_id: int) -> str:
    """Every socket of one person listens here."""
    return f"owner.{owner_id}"
