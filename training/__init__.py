"""Training of instruments: data, representation, model, losses, loop, export."""
