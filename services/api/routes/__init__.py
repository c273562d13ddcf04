"""Thin edges: decode, call one use case, encode."""
