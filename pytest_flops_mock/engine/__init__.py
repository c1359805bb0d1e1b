"""A container engine (Docker, or what speaks its API): reached, its images, and containers of ours in it."""
