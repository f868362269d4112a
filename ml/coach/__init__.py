"""What would make a picture better: modest edits, proposed, checked and applied."""
