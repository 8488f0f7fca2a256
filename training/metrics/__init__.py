"""Measures of how an instrument sounds, beside the same measures of real recordings."""
