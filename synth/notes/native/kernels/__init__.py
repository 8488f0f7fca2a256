"""What the layers end in: loops in LLVM's own words, and the mark of what is compiled."""
