"""What a vote data set holds, as a report that people read."""
