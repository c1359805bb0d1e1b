"""Which Python the learner's process runs in: found at a path or built, and how it differs from the image's."""
