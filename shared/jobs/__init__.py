"""How services call each other: a lane's doorbell rings, a worker claims the best ready row of that lane."""
