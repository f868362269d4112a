"""Names of the channel groups."""

from uuid import UUID


def owner_group(owner_id: int) -> str:
    """Every socket of one person listens here."""
    return f"owner.{owner_id}"


def campaign_group(campaign_id: UUID) -> str:
    """Every socket of a page that follows a campaign listens here."""
    return f"campaign.{campaign_id}"


def run_group(run_id: UUID) -> str:
    """Every socket of a page that watches a training run listens here."""
    return f"run.{run_id}"
