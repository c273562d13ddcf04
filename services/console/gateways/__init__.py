"""What commands at a person's own keyboard do with video files."""
