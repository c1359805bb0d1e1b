"""The FLOps manager's HTTP API and the orchestrator's login, on loopback."""
