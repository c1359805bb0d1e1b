"""The programs of the project's own images: they take what the real images take, and need no more than these hold."""
