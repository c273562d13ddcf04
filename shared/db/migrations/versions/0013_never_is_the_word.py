"""A city that publishes nothing says ``never``, as settings and rules do; it said ``off``.

``off`` stays allowed, and is read as ``never``: the release before may still be running and write it. Stop the
transcribers of that release first where a city says ``off``, for they know no ``never`` and would publish.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NAME = "ck_cities_publish_policy_known"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f(_NAME), "cities", type_="check")
    op.create_check_constraint(op.f(_NAME), "cities", "publish_policy IN ('auto', 'review', 'never', 'off')")
    op.execute("UPDATE cities SET publish_policy = 'never' WHERE publish_policy = 'off'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("UPDATE cities SET publish_policy = 'off' WHERE publish_policy = 'never'")
    op.drop_constraint(op.f(_NAME), "cities", type_="check")
    op.create_check_constraint(op.f(_NAME), "cities", "publish_policy IN ('auto', 'review', 'off')")
