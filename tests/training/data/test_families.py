import json

import pytest

from training.data.families import FAMILIES, MELODIC_PROGRAMS, SOURCES, guess_family

NSYNTH_FAMILIES = (
    "bass brass flute guitar keyboard mallet organ reed string synth_lead vocal".split()
)


def test_the_families_are_nsynths_in_its_order():
    assert NSYNTH_FAMILIES == list(FAMILIES)


def test_every_family_and_every_source_has_instruments():
    families, sources = zip(*MELODIC_PROGRAMS.values(), strict=True)

    assert set(range(11)) == set(families)
    assert set(range(len(SOURCES))) == set(sources)


def test_sounds_without_pitch_are_left_out():
    orchestra_hit, agogo, woodblock, gunshot = 55, 113, 115, 127

    assert not {orchestra_hit, agogo, woodblock, gunshot} & set(MELODIC_PROGRAMS)


def test_programs_0_to_111_are_instruments_but_for_the_orchestra_hit():
    assert set(range(112)) - {55} == {program for program in MELODIC_PROGRAMS if program < 112}


def test_well_known_instruments_are_in_their_families():
    names = {0: "keyboard", 19: "organ", 40: "string", 52: "vocal", 56: "brass", 65: "reed"}
    names |= {11: "mallet", 24: "guitar", 33: "bass", 73: "flute", 81: "synth_lead"}

    assert names == {program: FAMILIES[MELODIC_PROGRAMS[program][0]] for program in names}


def test_the_table_is_plain_data():
    assert json.loads(json.dumps(MELODIC_PROGRAMS)).keys() == {str(n) for n in MELODIC_PROGRAMS}


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Old upright piano", "keyboard"),
        ("Bass clarinet", "reed"),
        ("Steel String Guitar", "guitar"),
        ("Contrabass", "bass"),
        ("harpsichord 8'", "keyboard"),
        ("Celtic harp", "string"),
        ("kitchen sink", "keyboard"),
    ],
)
def test_a_family_is_guessed_from_a_name(name, family):
    assert family == guess_family(name)
