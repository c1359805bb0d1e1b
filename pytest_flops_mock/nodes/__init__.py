"""Learner nodes: several ML data servers, what is deployed to which, what is wrong with which, and a check over all."""
