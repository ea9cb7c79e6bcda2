"""Accounts, looks, usage data, letters, policies, and what several servers agree on."""

import sqlalchemy as sa
from alembic import op

from bgstudio.db.schema import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NEW = (
    "accounts", "sign_ins", "logins", "looks", "consents", "events", "tallies", "letters", "operator_passes",
    "policies", "leases",
)  # fmt: skip


def upgrade() -> None:
    """Make the tables of accounts; reservations learn whose they are."""
    op.add_column("reservations", sa.Column("server", sa.String(32), nullable=False, server_default=""))
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("subject_hash", sa.String(64), nullable=False),
        sa.Column("email_hash", sa.String(64), nullable=False),
        sa.Column("sealed_profile", sa.LargeBinary, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("analytics", sa.Boolean, nullable=True),
        sa.Column("policy_seen", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("subject_hash", name="uq_accounts_subject_hash"),
    )
    op.create_index("ix_accounts_email_hash", "accounts", ["email_hash"])
    op.create_table(
        "sign_ins",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("used_at", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("sealed_device", sa.LargeBinary, nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_sign_ins"),
        sa.UniqueConstraint("id", name="uq_sign_ins_id"),
    )
    op.create_index("ix_sign_ins_account", "sign_ins", ["account"])
    op.create_index("ix_sign_ins_expires", "sign_ins", ["expires"])
    op.create_table(
        "logins",
        sa.Column("state_hash", sa.String(64), nullable=False),
        sa.Column("browser_hash", sa.String(64), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name="pk_logins"),
    )
    op.create_index("ix_logins_at", "logins", ["at"])
    op.create_table(
        "looks",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("sealed_look", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_looks"),
    )
    op.create_index("ix_looks_owner", "looks", ["owner"])
    op.create_table(
        "consents",
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("service", sa.String(48), nullable=False),
        sa.Column("terms", sa.String(64), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("owner", "service", name="pk_consents"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("owner", sa.String(32), nullable=True),
        sa.Column("browser", sa.String(40), nullable=False),
        sa.Column("detail", sa.String(80), nullable=False),
        sa.Column("seconds", sa.Float, nullable=True),
        sa.Column("ref", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("ref", name="uq_events_ref"),
    )
    op.create_index("ix_events_at", "events", ["at"])
    op.create_index("ix_events_owner", "events", ["owner"])
    op.create_table(
        "tallies",
        sa.Column("hour", Moment, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("hour", "name", name="pk_tallies"),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(32), nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("answered_at", Moment, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
    )
    op.create_index("ix_letters_at", "letters", ["at"])
    op.create_index("ix_letters_owner", "letters", ["owner"])
    op.create_index("ix_letters_state", "letters", ["state"])
    op.create_table(
        "operator_passes",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_operator_passes"),
    )
    op.create_index("ix_operator_passes_expires", "operator_passes", ["expires"])
    op.create_table(
        "policies",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_policies"),
    )
    op.create_index("ix_policies_at", "policies", ["at"])
    op.create_table(
        "leases",
        sa.Column("name", sa.String(48), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )


def downgrade() -> None:
    """Drop them all."""
    for table in NEW:
        op.drop_table(table)
    with op.batch_alter_table("reservations") as table_change:
        table_change.drop_column("server")
