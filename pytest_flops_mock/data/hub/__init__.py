"""Data sets of the Hugging Face hub, by their name there and by nothing else."""
