"""What a meeting was about, found in its words: chapters, motions and votes, summary, key phrases, topics, sentiment.

Pure and deterministic. Nothing is claimed without the place in the recording it rests on, so that a reader can listen.
"""
