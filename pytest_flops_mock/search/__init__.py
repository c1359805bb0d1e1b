"""The smallest partition that breaks an ML repository: drawn by Hypothesis, tried in the kept child, shrunk, explained."""
