"""How services call each other: a lane is notified, a worker claims the best ready row of that lane."""
