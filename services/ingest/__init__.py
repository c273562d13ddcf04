"""Watches the mounts and decides which files are complete, valid recordings."""
