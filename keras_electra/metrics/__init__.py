"""What the field reports: scores over whole answers and whole data sets."""
