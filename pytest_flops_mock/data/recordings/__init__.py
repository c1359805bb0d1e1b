"""Recorded samples: a few rows of a data set of the hub, kept in a project and replayed without a network."""
