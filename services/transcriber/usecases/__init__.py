"""The three stages of a transcription, one file each, and how one ends without success."""
