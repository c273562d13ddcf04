"""From sound to words: slices planned, decoded by an engine, guarded against what it makes up."""
