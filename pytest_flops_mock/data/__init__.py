"""Where the rows come from, and how they are split: twins, local files, the hub, partitions."""
