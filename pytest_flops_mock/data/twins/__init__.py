"""Synthetic twins: stand-ins for data sets of the Hugging Face hub, made on the spot from a seed, offline."""
