"""People and programs talk to Archivist here: HTTP, OpenAPI, server-sent events."""
