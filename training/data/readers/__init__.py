"""What finds notes that exist already: NSynth in its layouts, folders of samples, SFZ files."""
