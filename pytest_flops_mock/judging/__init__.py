"""Facts from the learner's process, turned into findings. Pure functions: they run nothing."""
