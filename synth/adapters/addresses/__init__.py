"""The OSC address space, a file for each kind of address."""
