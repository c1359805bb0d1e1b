"""The ML data server of FLOps and what talks to it: names, stores, server and client, over Arrow Flight."""
