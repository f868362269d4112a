"""One file for each kind of vote data set: from its layout on disk to checked labels."""
