"""What several use cases need: below them, so that none needs another."""
