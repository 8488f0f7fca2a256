"""The running player: its session, settings, state, service and self-checks."""
