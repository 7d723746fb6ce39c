"""Read and write Hugging Face's tokenizer files."""
