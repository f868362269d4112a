"""A small client: score a folder of pictures on a Connoisseur server."""
