"""Links recordings to Cablecast shows, places sidecars and proves publication."""
