"""The whole stack as ordinary processes of one machine, for whoever has no Docker."""
