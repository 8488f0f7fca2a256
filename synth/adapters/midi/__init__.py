"""What MIDI bytes mean: parameter numbers, MPE zones, system exclusive, what a port holds."""
