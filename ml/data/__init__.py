"""Readers of vote data sets, the picture transforms and the splits."""
