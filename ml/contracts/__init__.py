"""What crosses the boundary between the models and the rest of the house. Standard library only."""
