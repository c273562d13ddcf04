"""Files that Archivist writes: whole or not at all, in a tree a person can read."""
