"""What several stages share, and the parts that one is made of: below them, so that no use case needs another."""
