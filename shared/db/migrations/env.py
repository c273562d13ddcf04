"""Alembic's entry: runs the migrations on the connection that ``shared.db.schema_upgrade`` hands over."""

from alembic import context

from shared.db.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
