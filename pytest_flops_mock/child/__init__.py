"""What runs in the Python of the ML repository: imports nothing of this package."""
