"""Training losses, with the number of the equation they follow."""
