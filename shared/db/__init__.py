"""PostgreSQL: what Archivist remembers."""
