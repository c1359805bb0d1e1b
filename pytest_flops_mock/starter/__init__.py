"""The first files of an ML repository: what a folder has, what it lacks, and how that is written, all of it or nothing."""
