"""Data sets of notes: where they come from, how they lie on disk, how they are split."""
