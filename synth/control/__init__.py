"""What is steered: parts, pads, presets, tuning, and the player that applies it all."""
