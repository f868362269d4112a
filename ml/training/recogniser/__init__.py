"""A recogniser: from class folders and paintings to weights, a card and figures."""
