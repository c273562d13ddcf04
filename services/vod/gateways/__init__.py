"""The outside systems that the VOD service talks to, each behind a small Protocol."""
