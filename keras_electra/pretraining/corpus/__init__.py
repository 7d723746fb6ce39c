"""Turn text files into a corpus of training examples, and read it."""
