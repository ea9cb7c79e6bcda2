"""Tables, migrations, and the queries over them. Nothing above this package writes SQL."""

from bgstudio.db.database import Database

__all__ = ["Database"]
