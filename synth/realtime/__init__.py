"""The audio thread: nothing here allocates, waits, logs or raises once a stream runs."""
