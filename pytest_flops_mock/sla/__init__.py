"""The SLAs of FLOps: read as users paste them (``parsing``), typed (``models``), judged without running (``rules``)."""
