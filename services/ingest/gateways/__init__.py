"""What ingest asks of the outside: mounts that may hang, and ffprobe."""
