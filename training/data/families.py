"""Which of NSynth's families and sources each General MIDI program belongs to: one table.

NSynth (Engel et al. 2017, arXiv:1704.01279) knows eleven families and three sources. It has no
synth pads: the pads and effects of General MIDI are counted as synth leads, choirs as vocal.
"""

import re
from typing import Final

FAMILIES: Final = (
    "bass",
    "brass",
    "flute",
    "guitar",
    "keyboard",
    "mallet",
    "organ",
    "reed",
    "string",
    "synth_lead",
    "vocal",
)
SOURCES: Final = ("acoustic", "electronic", "synthetic")

# (first program, last program, family, source). Left out, as they hold no pitch: Orchestra Hit (55)
# is a chord, Agogo (113) and 115-127 are drums, a cymbal and sound effects.
_PROGRAM_RANGES: Final = (
    (0, 1, "keyboard", "acoustic"),  # pianos
    (2, 2, "keyboard", "electronic"),  # electric grand
    (3, 3, "keyboard", "acoustic"),  # honky-tonk
    (4, 5, "keyboard", "electronic"),  # electric pianos
    (6, 6, "keyboard", "acoustic"),  # harpsichord
    (7, 7, "keyboard", "electronic"),  # clavinet
    (8, 14, "mallet", "acoustic"),  # celesta to tubular bells
    (15, 15, "string", "acoustic"),  # dulcimer
    (16, 18, "organ", "electronic"),  # drawbar, percussive, rock
    (19, 20, "organ", "acoustic"),  # pipes, reed organ
    (21, 23, "reed", "acoustic"),  # accordion, harmonica, bandoneon
    (24, 25, "guitar", "acoustic"),
    (26, 30, "guitar", "electronic"),  # jazz to distortion
    (31, 31, "guitar", "electronic"),  # harmonics
    (32, 32, "bass", "acoustic"),
    (33, 37, "bass", "electronic"),  # fingered to slap
    (38, 39, "bass", "synthetic"),
    (40, 46, "string", "acoustic"),  # violin to harp
    (47, 47, "mallet", "acoustic"),  # timpani
    (48, 49, "string", "acoustic"),  # ensembles
    (50, 51, "string", "synthetic"),
    (52, 53, "vocal", "acoustic"),
    (54, 54, "vocal", "synthetic"),
    (56, 61, "brass", "acoustic"),
    (62, 63, "brass", "synthetic"),
    (64, 71, "reed", "acoustic"),  # saxophones, oboe, bassoon, clarinet
    (72, 79, "flute", "acoustic"),
    (80, 84, "synth_lead", "synthetic"),
    (85, 85, "vocal", "synthetic"),  # solo vox
    (86, 86, "synth_lead", "synthetic"),  # fifths
    (87, 87, "bass", "synthetic"),  # bass and lead
    (88, 90, "synth_lead", "synthetic"),
    (91, 91, "vocal", "synthetic"),  # choir pad
    (92, 103, "synth_lead", "synthetic"),
    (104, 107, "guitar", "acoustic"),  # sitar, banjo, shamisen, koto
    (108, 108, "mallet", "acoustic"),  # kalimba
    (109, 109, "reed", "acoustic"),  # bagpipe
    (110, 110, "string", "acoustic"),  # fiddle
    (111, 111, "reed", "acoustic"),  # shanai
    (112, 112, "mallet", "acoustic"),  # tinkle bell
    (114, 114, "mallet", "acoustic"),  # steel drums
)

# Program -> (family index, source index); a program that is not a key is not melodic.
MELODIC_PROGRAMS: Final = {
    program: (FAMILIES.index(family), SOURCES.index(source))
    for first, last, family, source in _PROGRAM_RANGES
    for program in range(first, last + 1)
}

# What people call their samples, the first that fits; what nothing fits is a keyboard.
_FAMILY_WORDS: Final = (
    ("reed", "reed|clarinet|oboe|bassoon|sax|accordi|harmonica|bagpipe|english horn|cor anglais"),
    ("brass", "brass|trumpet|trombone|tuba|horn|cornet|euphonium"),
    ("flute", "flute|piccolo|recorder|ocarina|whistle|shakuhachi"),
    ("organ", "organ|hammond"),
    ("vocal", "vocal|voice|vox|choir|sing|ooh|aah"),
    ("bass", "bass"),
    ("guitar", "guitar|banjo|ukulele|sitar|koto|lute|mandolin|oud"),
    ("synth_lead", "synth|lead|pad|saw|square|wave|pluck"),
    ("string", "string|violin|viola|cello|harp(?!sichord)|fiddle|dulcimer"),
    ("mallet", "mallet|marimba|vibra|xylo|glocken|bell|celesta|kalimba|timpani|steel"),
)


def guess_family(name: str) -> str:
    """Guess a family from what an instrument is called.

    Examples:
        >>> guess_family("Old upright"), guess_family("bass clarinet"), guess_family("xyz")
        ('keyboard', 'reed', 'keyboard')
    """
    for family, words in _FAMILY_WORDS:
        if re.search(words, name, re.IGNORECASE):
            return family
    return "keyboard"
