"""The stages of a check: what each does, and one table of what it needs, what is kept of it, and when it is skipped."""
