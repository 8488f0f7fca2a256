"""What `gansynth bench` measures: how soon, how many, how fast, beside what others do."""
