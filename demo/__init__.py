"""What shows Archivist working without a station: a made-up Cablecast server, a recording, a small speech model."""
