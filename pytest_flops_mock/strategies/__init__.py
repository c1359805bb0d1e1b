"""Hypothesis strategies for SLAs, data sets, partitions and ML repositories (extra ``hypothesis``)."""
