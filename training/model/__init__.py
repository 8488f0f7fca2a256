"""The networks: what a note is made by."""
