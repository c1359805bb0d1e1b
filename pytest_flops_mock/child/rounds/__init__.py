"""Federated rounds in the repository's own Python: an aggregator and learners as processes, on Flower's own engines.

``zygote`` forks them before any gRPC or Flight object exists, watches them, and hands on what they tell. What an actor runs
is in ``learner`` and ``aggregator``; ``client`` and ``strategy`` are what Flower calls, and the only ones to import it.
"""
