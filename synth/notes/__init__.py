"""The worker side: instruments, timbres, graphs, and threads that generate notes ahead of need."""
