"""The checks of a pytest session: stage by stage as its tests ask for them, each SLA once, whatever workers there are."""
