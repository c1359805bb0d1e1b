"""The learner of FLOps: loads what the ML data server holds and runs the ML repository on it, in a process of its own."""
