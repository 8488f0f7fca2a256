"""Endless notes: the walk through a note's frames while it is held, and its release.

A note is read forwards up to `loop_last`, the last frame that the note-off of the data does not
touch, and from there walks back and forth between `loop_first` and `loop_last`. Phases go on by the
frequencies read, whatever the direction, so the walk has no seam; what is left is the level. Each
frequency band's level is taken as a straight line in decibels over the loop (`trend`): against it a
frame further back is louder or softer by a known amount, which the walk takes away, so at the turn
nothing jumps and after it the level stands still, or goes on falling at the rate that a decaying
sound had (`decay`). Vibrato, beating and tremolo are deviations from that line and stay.

Release works on what sounds now, wherever the note is: the band levels of the data after note-off,
relative to the line before it, are a gain by hop (`release`). Jumping into the release frames
themselves would need 3 s old harmonics to match those of a note let go after 100 ms.
"""
