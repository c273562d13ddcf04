"""What ingest can do, one file each."""
