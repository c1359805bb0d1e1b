"""Federated rounds over learner nodes, on Flower's own engines."""
