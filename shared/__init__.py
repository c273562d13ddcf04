"""The kernel: what every service stands on; it imports no service."""
