"""The archivist command: one front for a laptop, a server and a container."""
