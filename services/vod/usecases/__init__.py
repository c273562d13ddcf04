"""The way of captions to viewers, one file for each step, and the job that walks it."""
