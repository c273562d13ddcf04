"""What is heard in a recording before any word is: sound, its time and levels, speech, other sounds."""
