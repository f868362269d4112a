"""Teach a generator and its discriminator."""
