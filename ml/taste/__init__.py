"""A person's own taste: a small head on embeddings, and an honest word on what it is worth."""
