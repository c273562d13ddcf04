"""The four services and the console; no service imports another: they notify by lane and remember in PostgreSQL."""
