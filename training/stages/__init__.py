"""What one training step does, stage by stage."""
