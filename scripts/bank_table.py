"""The factory bank as a table: what `scripts/compose_bank.py` makes presets/*.toml from.

A preset's number is that of its General MIDI programme, so that anybody's MIDI file finds its
instruments; what General MIDI has no word for stands in its rows of effects. The first corner
(bottom left) is the sound that the preset is named after, and the pad leads away from it: up to
what it is related to, right to what it might become.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One preset; values are real ones, as in the file."""

    program: int
    name: str
    description: str
    tags: str
    corners: tuple[str, str, str, str]  # bottom left, top left, top right, bottom right
    pad: tuple[float, float] = (0.0, 0.0)
    home: int = 60  # the pitch around which its level is measured
    values: dict[str, float] = field(default_factory=dict)


# What a player's hand or breath does on a long note, by program: cents to either side, hertz, and
# seconds until it begins. Sections blur what a soloist shows, so theirs is small.
VIBRATO = {
    23: (14, 5.0, 0.3),
    30: (10, 5.2, 0.5),
    36: (12, 5.0, 0.3),
    41: (18, 5.8, 0.25),
    42: (16, 5.4, 0.3),
    43: (15, 5.5, 0.3),
    44: (10, 4.8, 0.4),
    49: (6, 5.2, 0.2),
    53: (8, 5.2, 0.3),
    55: (8, 5.2, 0.3),
    57: (8, 5.2, 0.5),
    58: (8, 5.0, 0.5),
    60: (12, 5.2, 0.4),
    65: (14, 5.3, 0.35),
    66: (14, 5.2, 0.35),
    67: (22, 4.9, 0.3),
    70: (12, 5.2, 0.35),
    74: (12, 5.0, 0.3),
    76: (10, 5.0, 0.4),
    78: (22, 4.6, 0.5),
    80: (8, 5.0, 0.4),
    81: (10, 5.5, 0.4),
    86: (25, 5.4, 0.3),
    99: (14, 5.2, 0.4),
    111: (12, 6.0, 0.2),
}


def row(
    program: int,
    name: str,
    description: str,
    tags: str,
    corners: str,
    pad: tuple[float, float] = (0.0, 0.0),
    **values: float,
) -> Row:
    """Make a row: corners apart by bars, home and values by keywords such as amp_release."""
    home = int(values.pop("home", 60))
    first, second, third, fourth = (word.strip() for word in corners.split("|"))
    swing = dict(
        zip(
            ("vibrato_depth", "vibrato_rate", "vibrato_delay"),
            VIBRATO.get(program, ()),
            strict=False,
        )
    )
    return Row(
        program=program,
        name=name,
        description=description,
        tags=tags,
        corners=(first, second, third, fourth),
        pad=pad,
        home=home,
        values={key.replace("_", "/", 1): value for key, value in (swing | values).items()},
    )


# fmt: off
TABLE = (
    # --- keys ---
    row(1, "Grand Piano", "A grand piano: the harder its keys are struck, the brighter",
        "keys struck",
        "Grand Piano | Yamaha Grand Piano | Rhodes EP | Harpsichord", amp_release=0.3),
    row(2, "Studio Grand", "A grand piano that leans towards its electric cousins", "keys struck",
        "Yamaha Grand Piano | Electric Piano | Rhodes EP | Harpsichord", amp_release=0.3),
    row(3, "Wired Grand", "A grand with pickups on its strings", "keys struck bright",
        "Electric Piano | Yamaha Grand Piano | Clavinet | Legend EP 2", (0.2, 0.45),
        amp_release=0.3),
    row(5, "Rhodes Evening", "A soft electric piano with something of a vibraphone", "keys soft",
        "Rhodes EP | Vibraphone | Legend EP 2 | Celesta", (0.2, 0.15), amp_release=0.5),
    row(6, "Tines", "Bell-like electric piano that hardens to the right", "keys struck",
        "FM Electric Piano | Rhodes EP | Celesta | Legend EP 2", amp_release=0.45),
    row(7, "Harpsichord Room", "Quills: harpsichord, with a lute to the right",
        "keys plucked bright",
        "Harpsichord | Dulcimer | Koto | Nylon String Guitar", amp_release=0.2),
    row(8, "Clav Street", "Short and rude, for the left hand", "keys plucked rhythmic",
        "Clavinet | Picked Bass | Clean Guitar | Harpsichord", amp_release=0.06, home=48),
    # --- bells and mallets ---
    row(9, "Bell Garden", "Small bells that ring into each other", "bells struck",
        "Celesta | Music Box | Kalimba | Vibraphone", (0.1, 0.1), home=72, amp_release=2.0),
    row(11, "Music Box", "A comb of steel that may become a harp", "bells struck small",
        "Music Box | Celesta | Harp | Kalimba", home=72, amp_release=1.2),
    row(12, "Vibes Alone", "A vibraphone, its motor off", "mallets struck soft",
        "Vibraphone | Rhodes EP | Celesta | Marimba", amp_release=1.0),
    row(13, "Wood and Steel", "Mallets, from marimba to steel drums", "mallets struck",
        "Marimba | Xylophone | Steel Drums | Vibraphone", amp_release=0.8),
    row(16, "Hammered Strings", "Dulcimer: struck strings without dampers", "strings struck bright",
        "Dulcimer | Koto | Harpsichord | Harp", amp_release=1.5),
    # --- organ and free reeds ---
    row(20, "Organ Loft", "Pipes to the left, free reeds to the right", "organ sustained",
        "Church Organ | Reed Organ | Harmonica | Accordian", (0.0, 0.25), amp_release=0.15),
    row(21, "Village Harmonium", "Reeds and bellows, with pipes above them", "organ sustained soft",
        "Reed Organ | Church Organ | Bandoneon | Harmonica", amp_release=0.12),
    row(22, "Musette", "An accordion for the street", "reed sustained",
        "Accordian | Bandoneon | Harmonica | Reed Organ", amp_release=0.08),
    row(23, "Blues Harp", "A harmonica, bending two semitones", "reed sustained solo",
        "Harmonica | Accordian | Tenor Sax | Bandoneon", home=67, amp_release=0.08),
    row(24, "Tango", "A bandoneon between accordion and violin", "reed sustained",
        "Bandoneon | Accordian | Violin | Reed Organ", (0.05, 0.1), amp_release=0.1),
    # --- guitars ---
    row(25, "Plucked", "Strings under fingers", "guitar plucked",
        "Nylon String Guitar 2 | Harp | Koto | Banjo", (0.0, 0.2), amp_release=0.5),
    row(26, "Steel Strings", "A folk guitar with room for others", "guitar plucked bright",
        "Steel String Guitar | Nylon String Guitar | Harp | Banjo", amp_release=0.4),
    row(27, "Jazz Box", "A hollow guitar, thumb on the neck pickup", "guitar plucked soft",
        "Jazz Guitar | Nylon String Guitar | Rhodes EP | Clean Guitar", home=55, amp_release=0.25),
    row(28, "Clean Pickups", "An electric guitar without an amplifier's help", "guitar plucked",
        "Clean Guitar | Jazz Guitar | Rhodes EP | Steel String Guitar", home=55, amp_release=0.3),
    row(30, "Tube Drive", "An overdriven guitar; the right side breaks up", "guitar lead sustained",
        "Overdrive Guitar | Clean Guitar | Saw Wave | Distortion Guitar", home=55,
        amp_release=0.15),
    row(31, "Wall of Amps", "Distortion that turns to brass and saw", "guitar lead sustained",
        "Distortion Guitar | Overdrive Guitar | Saw Wave | Synth Brass 1", home=50,
        amp_release=0.2),
    # --- basses ---
    row(33, "Round Bass", "Upright to synthetic", "bass plucked",
        "Acoustic Bass | Fretless Bass | Synth Bass 1 | Fingered Bass", (0.1, 0.4), home=40,
        amp_release=0.15),
    row(34, "Two Fingers", "An electric bass, fingered", "bass plucked",
        "Fingered Bass | Acoustic Bass | Fretless Bass | Picked Bass", home=40, amp_release=0.12),
    row(35, "Plectrum", "A bass with a pick; funk is at the top", "bass plucked bright",
        "Picked Bass | Slap Bass | Clavinet | Fingered Bass", home=40, amp_release=0.1),
    row(36, "Fretless", "A bass that sings, and slides between its notes", "bass solo",
        "Fretless Bass | Acoustic Bass | Cello | Synth Bass 1", home=40, amp_release=0.2,
        voice_glide=0.04),
    row(37, "Slap", "Thumb below, pop above", "bass plucked rhythmic",
        "Slap Bass | Picked Bass | Clavinet | Fingered Bass", home=40, amp_release=0.08),
    row(39, "Square Floor", "A synthetic bass for the floor", "bass synth",
        "Synth Bass 1 | Fretless Bass | Saw Wave | Square Lead", home=36, amp_release=0.1),
    row(40, "Rubber Floor", "A synthetic bass that gives way under hard keys", "bass synth",
        "Synth Bass 2 2 | Synth Bass 1 2 | Square Lead 2 | Fretless Bass 2", home=36,
        amp_release=0.1),
    # --- strings ---
    row(41, "First Violin", "A violin; the fiddler stands to its right", "strings sustained solo",
        "Violin | Viola | Cello | Fiddle", home=69, amp_release=0.2, timbre_morph_ms=200.0),
    row(42, "Viola da Sera", "A viola that darkens upwards", "strings sustained solo",
        "Viola | Cello | English Horn | Violin", amp_release=0.25, timbre_morph_ms=200.0),
    row(43, "Bowed Quartet", "Solo strings by their size: low at the bottom, bright to the right",
        "strings sustained", "Cello | Viola | Violin | Contrabass", (0.25, 0.5), home=55,
        amp_release=0.35, timbre_morph_ms=250.0),
    row(44, "Arco Basso", "A double bass under the bow", "strings bass sustained",
        "Contrabass | Cello | Bassoon | Tuba", home=40, amp_release=0.3, timbre_morph_ms=250.0),
    row(46, "Pizzicato", "A section that plucks", "strings plucked rhythmic",
        "Pizzicato Section | Harp | Marimba | Koto", amp_release=0.3),
    row(47, "Harp Glow", "A harp, and what lingers when it is played", "strings plucked",
        "Harp | Celesta | Warm Pad | Nylon String Guitar", amp_release=1.8, reverb_send=0.2),
    row(49, "String Section", "All desks, together", "strings sustained section",
        "Strings | Slow Strings | Synth Strings 1 | Violin", amp_attack=0.03, amp_release=0.6,
        timbre_morph_ms=300.0),
    row(50, "Slow Strings", "A section that takes its time", "strings pad",
        "Slow Strings | Strings | Synth Strings 1 | Warm Pad", (0.2, 0.2), amp_attack=0.12,
        amp_release=1.2, timbre_morph_ms=600.0),
    row(51, "Velvet Machine", "Strings that admit to being electric", "strings synth pad",
        "Synth Strings 1 | Warm Pad | Polysynth | Slow Strings", amp_attack=0.06, amp_release=1.0,
        timbre_morph_ms=500.0, reverb_send=0.2),
    # --- voices ---
    row(52, "Silver Strings", "Strings that nobody would take for wood", "strings synth pad",
        "Synth Strings 1 2 | Synth Strings 1 | Warm Pad 2 | Polysynth 2", amp_attack=0.05,
        amp_release=0.9, timbre_morph_ms=500.0),
    row(53, "Voices", "A choir that opens its mouth from left to right", "vocal pad",
        "Ohh Voices | Solo Vox | Warm Pad | Ahh Choir", (0.5, 0.1), amp_attack=0.08,
        amp_release=0.9,
        timbre_morph_ms=500.0),
    row(54, "Closed Mouths", "Voices without words, almost without mouths", "vocal pad soft",
        "Ohh Voices | Ahh Choir | Slow Strings | Ocarina", amp_attack=0.1, amp_release=0.8,
        timbre_morph_ms=500.0, reverb_send=0.25),
    row(55, "Open Choir", "Ah, with all lungs", "vocal sustained",
        "Ahh Choir | Ohh Voices | Church Organ | Slow Strings", amp_attack=0.05, amp_release=0.7,
        timbre_morph_ms=400.0, reverb_send=0.2),
    # --- brass ---
    row(57, "Trumpet", "Open, stopped and softened on one pad", "brass sustained solo",
        "Trumpet | French Horns | Soprano Sax | Muted Trumpet", home=67, amp_release=0.12),
    row(58, "Trombone", "A slide that slides: it glides from note to note", "brass sustained solo",
        "Trombone | Tuba | French Horns | Trumpet", home=53, amp_release=0.15, voice_glide=0.05),
    row(59, "Tuba", "The floor of the brass", "brass bass sustained",
        "Tuba | Trombone | Bassoon | Contrabass", home=41, amp_release=0.15),
    row(60, "Harmon", "A trumpet with its mute in, for small hours", "brass sustained soft",
        "Muted Trumpet | Trumpet | Oboe | Harmonica", home=67, amp_release=0.12),
    row(61, "Horns in F", "Four horns, bells away from you", "brass sustained section",
        "French Horns | Trombone | Ohh Voices | Tuba", home=53, amp_release=0.3),
    row(62, "Brass Choir", "Horns to the left, trumpets to the right", "brass sustained",
        "French Horns | Trombone | Trumpet | Muted Trumpet", (0.2, 0.3), home=55, amp_release=0.25),
    row(63, "Stab Brass", "Synthetic brass, short and proud", "brass synth rhythmic",
        "Synth Brass 1 | Brass Section | Trumpet | Saw Wave", amp_release=0.12),
    row(64, "Brass Machine", "Stabs by transistor", "brass synth",
        "Synth Brass 1 2 | Synth Brass 1 | Saw Lead | Trumpet 2", amp_release=0.15),
    # --- reeds ---
    row(65, "Soprano Sax", "A saxophone that remembers the oboe", "wind sustained solo",
        "Soprano Sax | Oboe | Clarinet | Alto Sax", home=70, amp_release=0.12),
    row(66, "Late Alto", "An alto sax; soprano above, tenor to the right", "wind sustained solo",
        "Alto Sax | Soprano Sax | Clarinet | Tenor Sax", home=63, amp_release=0.12),
    row(67, "Tenor and Smoke", "A tenor sax with a wide vibrato to the right",
        "wind sustained solo",
        "Tenor Sax | Alto Sax | Bassoon | Baritone Sax", home=55, amp_release=0.14),
    row(68, "Baritone Section", "A baritone sax, good for riffs", "wind sustained rhythmic",
        "Baritone Sax | Tenor Sax | Trombone | Bassoon", home=45, amp_release=0.1),
    row(69, "Double Reeds", "Clarinet to bassoon", "wind sustained",
        "Clarinet | Oboe | English Horn | Bassoon", (0.0, 0.6), amp_release=0.2),
    row(70, "Cor Anglais", "The oboe's darker sister", "wind sustained solo",
        "English Horn | Oboe | Viola | Clarinet", amp_release=0.18),
    row(71, "Bassoon Walk", "A bassoon on its way to the cellos", "wind sustained",
        "Bassoon | English Horn | Cello | Baritone Sax", home=48, amp_release=0.12),
    row(72, "Chalumeau", "A clarinet; hollow at the left, hot at the right", "wind sustained solo",
        "Clarinet | Ocarina | Square Lead | Soprano Sax", home=63, amp_release=0.12),
    # --- flutes ---
    row(74, "Breath", "Flutes of wood and air", "wind sustained",
        "Flute | Recorder | Pan Flute | Shakuhachi", (0.1, 0.1), home=72, amp_release=0.2),
    row(75, "Recorder Consort", "Wooden flutes in a row", "wind sustained soft",
        "Recorder | Ocarina | Flute | Clarinet", home=72, amp_release=0.12),
    row(76, "Pan", "Blown reeds, with more breath to the right", "wind sustained airy",
        "Pan Flute | Flute | Warm Pad | Shakuhachi", home=70, amp_release=0.3),
    row(78, "Bamboo", "A shakuhachi in the mountains", "wind sustained airy solo",
        "Shakuhachi | Pan Flute | Koto | Flute", home=67, amp_release=0.35, reverb_send=0.3),
    row(80, "Clay Bird", "An ocarina, as round as it looks", "wind sustained soft",
        "Ocarina | Recorder | Ohh Voices | Pan Flute", home=72, amp_release=0.15),
    # --- synthetic ---
    row(81, "Lead Line", "Bends an octave to either side", "lead sustained",
        "Square Lead | Saw Wave | Distortion Guitar | Synth Brass 1", (0.3, 0.4), amp_release=0.12,
        pitch_bend_range=12.0),
    row(82, "Saw Blade", "A saw for melodies, softer upwards", "lead synth sustained",
        "Saw Wave | Polysynth | Synth Strings 1 | Square Lead", amp_release=0.15,
        pitch_bend_range=12.0),
    row(83, "Steam", "An organ of whistles, for the fairground", "lead sustained",
        "Calliope Lead 2 | Ocarina | Pan Flute | Recorder", home=72, amp_release=0.1),
    row(86, "One Voice", "A voice alone, sliding", "vocal lead solo",
        "Solo Vox | Ohh Voices | Ocarina | Violin", amp_release=0.3, voice_glide=0.06,
        timbre_morph_ms=300.0),
    row(90, "Warm Blanket", "A pad to lie down on", "synth pad soft",
        "Warm Pad | Slow Strings | Ohh Voices | Polysynth", amp_attack=0.2, amp_release=1.8,
        timbre_morph_ms=800.0, reverb_send=0.3),
    row(91, "Poly Six", "Chords of the eighties", "synth pad",
        "Polysynth | Warm Pad | Synth Brass 1 | Saw Wave", amp_release=0.6, reverb_send=0.15),
    row(95, "Halo", "A choir behind glass", "synth pad soft",
        "Halo Pad 2 | Warm Pad 2 | Ahh Choir | Slow Strings", amp_attack=0.15, amp_release=1.6,
        timbre_morph_ms=900.0, reverb_send=0.3),
    row(96, "Long Sweep", "A filter that takes its time", "synth pad",
        "Sweep Pad 2 | Halo Pad 2 | Polysynth 2 | Synth Strings 1 2", amp_attack=0.1,
        amp_release=1.5, timbre_morph_ms=900.0, reverb_send=0.25),
    # --- between instruments ---
    row(97, "Nobody Plays This", "Between a celesta, an oboe, a voice and a cello", "hybrid",
        "Celesta | Oboe | Solo Vox | Cello", (0.5, 0.5), amp_release=0.8, timbre_morph_ms=400.0),
    row(98, "Four Strangers", "Four timbres without a name, drawn by number", "hybrid random",
        "seed:11 | seed:23 | seed:42 | seed:77", (0.5, 0.5), amp_release=0.6,
        timbre_morph_ms=400.0),
    row(99, "Glass Cello", "A bow that finds the bell inside the string", "hybrid sustained",
        "Cello | Celesta | Vibraphone | Slow Strings", (0.35, 0.4), home=55, amp_release=1.2,
        timbre_morph_ms=500.0),
    row(100, "Breathing Bells", "Struck like bells, then somebody blows", "hybrid struck airy",
        "Music Box | Shakuhachi | Pan Flute | Vibraphone", (0.3, 0.45), home=67, amp_release=1.5,
        timbre_morph_ms=700.0, reverb_send=0.2),
    row(101, "Wire Choir", "Distorted voices: the pad walks from monks to amps", "hybrid sustained",
        "Ohh Voices | Ahh Choir | Distortion Guitar | Overdrive Guitar", (0.45, 0.4), home=55,
        amp_release=0.7, timbre_morph_ms=600.0),
    row(102, "Reed Piano", "A keyboard whose strings are blown", "hybrid keys",
        "Electric Piano | Harmonica | Clarinet | Rhodes EP", (0.3, 0.35), amp_release=0.4,
        timbre_morph_ms=400.0),
    row(103, "Tin Orchestra", "Steel, brass and a toy", "hybrid bright",
        "Steel Drums | Muted Trumpet | Banjo | Music Box", (0.4, 0.4), amp_release=0.6,
        timbre_morph_ms=300.0),
    row(104, "Slow Weather", "Four pads under one sky; move the pad slowly", "hybrid pad soft",
        "Warm Pad | Ahh Choir | Slow Strings | Church Organ", (0.4, 0.4), amp_attack=0.4,
        amp_release=3.0, timbre_morph_ms=1500.0, reverb_send=0.35),
    # --- from elsewhere ---
    row(105, "Sitar Dust", "A sitar, its sympathies to the right", "guitar plucked bright",
        "Sitar | Banjo | Dulcimer | Koto", home=55, amp_release=0.8),
    row(106, "Porch Banjo", "Dry and quick", "guitar plucked rhythmic",
        "Banjo | Steel String Guitar | Koto | Clavinet", amp_release=0.15),
    row(108, "Thirteen Strings", "A koto that borrows from harp and sitar", "strings plucked",
        "Koto | Harp | Dulcimer | Sitar", amp_release=0.8),
    row(109, "Thumb Piano", "A kalimba: wood on the left, bell on the right",
        "mallets plucked soft",
        "Kalimba | Marimba | Celesta | Music Box", home=67, amp_release=0.7),
    row(111, "Barn Dance", "A fiddle that swaps for its accordion", "strings sustained rhythmic",
        "Fiddle | Violin | Accordian | Harmonica", home=67, amp_release=0.1),
    row(115, "Steel Pan", "A drum tuned in the sun", "mallets struck bright",
        "Steel Drums | Vibraphone | Kalimba | Marimba", home=65, amp_release=0.5),
)
# fmt: on
