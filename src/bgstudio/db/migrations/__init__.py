"""Steps from one state of the tables to the next, run by Alembic when the database is opened."""
