"""Turns the speech of a recording into checked captions."""
