"""Composition in, artifact out: one writer a format, each the owner of its engine."""
