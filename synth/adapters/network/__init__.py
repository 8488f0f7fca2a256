"""What the network edges share: who may send, who is told, and what is done when."""
