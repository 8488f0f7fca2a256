"""Edges of the synthesizer: each module here knows one library or protocol of the outside."""
