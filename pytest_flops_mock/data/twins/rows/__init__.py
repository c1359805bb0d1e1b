"""Row code: what makes the rows of twins that no statistic describes. Found by name (``Twin.rows``), loaded when needed."""
