"""PFAGAN: pictures from a category, a histogram of scores and noise."""
