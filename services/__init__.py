"""The four services and the console; no service imports another: they ring by lane and remember in PostgreSQL."""
