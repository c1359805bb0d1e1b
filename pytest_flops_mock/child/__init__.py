"""What runs in the ML repository's own Python. Imports nothing outside of this folder.

The parent starts it by its path, under the name ``_flops_child``, which no repository uses; it need not be installed there.
"""
