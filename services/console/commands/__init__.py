"""One file per command of `archivist`; what takes time to import is imported inside the command."""
