"""The learner's process in a container: for code that one does not trust."""
