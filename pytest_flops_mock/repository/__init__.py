"""The ML repository on disk: where it comes from, and what can be read of it without running."""
