"""What the crowd means: qualities of pictures and habits of raters, from every kind of vote."""
