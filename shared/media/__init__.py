"""Facts about media files: reading ffprobe's answers and building ffmpeg's arguments; runs nothing itself."""
