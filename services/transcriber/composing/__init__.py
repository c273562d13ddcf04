"""From the words of all slices to captions and the other files of a recording."""
