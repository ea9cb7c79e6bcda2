"""Run by Alembic: uses the connection, and so the transaction, that ``Database.open`` handed in."""

from alembic import context

from bgstudio.db.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
