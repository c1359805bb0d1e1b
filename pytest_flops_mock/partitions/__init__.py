"""Which rows a partition has, and those rows in batches."""
