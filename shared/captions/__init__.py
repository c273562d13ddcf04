"""Captions as values: words become cues, cues become files, files become cues again.

Pure: nothing here opens a file, waits or logs, and nothing outside the standard library is imported.
"""
