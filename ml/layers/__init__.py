"""Small neural network modules, each with one job."""
