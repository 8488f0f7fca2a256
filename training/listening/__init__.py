"""Listening tests in the browser: stimuli, a page, answers in SQLite, statistics."""
