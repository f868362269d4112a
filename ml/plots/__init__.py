"""Plots in one house style, as SVG text."""
