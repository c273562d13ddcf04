"""Captions that wait for a review although other content lies at their place: nobody can review them any more."""

from collections.abc import Sequence

from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """End them as the service does since, so that they go on where their content comes back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "UPDATE transcriptions SET status = 'cancelled', error_code = 'recording_changed', error_message ="
        " 'The recording was replaced: what these captions are of is no longer there.'"
        " FROM recordings WHERE recordings.id = transcriptions.recording_id"
        " AND transcriptions.status = 'needs_review' AND transcriptions.content <> recordings.content"
    )


def downgrade() -> None:
    """Nothing to take back: the review could not be answered."""
