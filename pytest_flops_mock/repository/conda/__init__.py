"""``conda.yaml`` as FLOps' image builder and conda treat it: line edits, document, entries, and what they ask for."""
