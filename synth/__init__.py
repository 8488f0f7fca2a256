"""The player: everything that runs between a key press and sound. Never imports `training`."""
