"""A timbre from a recording: cleaning it, finding its pitch, searching its latent."""
