"""Hops are decoded: tones stay tones, whatever order their frames are read in."""

import numpy as np
import pytest

from synth.errors import ConfigError
from synth.frames import NoteFrames, pack
from synth.realtime import decode, heads
from synth.realtime.decode import ADVANCE, HERE, Frames, make_decoder
from synth.representation import SpectrogramSpec, hann, stft

SPEC = SpectrogramSpec(
    sample_rate=4000, n_fft=256, hop_length=64, n_frames=40, n_bins=128, front_padding=128
)
N_ONSET_FRAMES = 4
PARTIALS_HZ = (312.5, 1000.0)  # bins 20 and 64: far apart, so that each can be measured


def tone(levels, n_samples=SPEC.n_samples, cents=0.0):
    time_s = np.arange(n_samples) / SPEC.sample_rate
    ratio = 2.0 ** (cents / 1200.0)
    partials = zip(levels, PARTIALS_HZ, strict=True)
    return sum(a * np.sin(2 * np.pi * hz * ratio * time_s + 0.3) for a, hz in partials)


def write_note(pool, slot, audio):
    """Write a note's frames and make them all ready; the loop is frames 10 to 30."""
    spectrum = stft(audio, SPEC)
    advance = np.zeros(spectrum.shape)
    advance[1:] = np.angle(spectrum[1:] * np.conj(spectrum[:-1]))
    frames = pack(np.abs(spectrum).astype(np.float32), advance.astype(np.float32))
    pool.clear(slot)
    pool.write(slot, 0, frames)
    pool.n_ready[slot] = SPEC.n_frames
    pool.plan["loop_first"][slot], pool.plan["loop_last"][slot] = 10, 30


class Player:
    """One voice, without an engine: no onset, so its first half window fades in."""

    def __init__(self, *notes):
        self.pool = NoteFrames.allocate(
            n_slots=len(notes),
            n_frames=SPEC.n_frames,
            n_bins=SPEC.n_bins,
            n_fft=SPEC.n_fft,
            hop_length=SPEC.hop_length,
            n_onset_frames=N_ONSET_FRAMES,
        )
        for slot, note in enumerate(notes):
            write_note(self.pool, slot, note)
        pool = self.pool
        self.frames = Frames(
            pool.magnitude,
            pool.frame_scale,
            pool.phase_advance,
            pool.plan.view(np.recarray),
            pool.n_ready,
        )
        self.decoder = make_decoder(SPEC.n_fft, SPEC.hop_length)
        self.heads = np.zeros(2, heads.HEAD_DTYPE).view(np.recarray)
        heads.start_voice(self.heads, 0, N_ONSET_FRAMES)
        self.phase = np.zeros(SPEC.n_bins, np.int32)
        self.overlap = np.zeros(SPEC.n_fft, np.float32)
        self.left = []

    def play(self, n_hops):
        audio = np.zeros((n_hops, SPEC.hop_length), np.float32)
        for hop in audio:
            left = decode.decode_voice_hop(
                self.heads, self.phase, self.overlap, self.frames, self.decoder, hop
            )
            self.left += [left] if left != heads.NO_SLOT else []
        return audio.ravel()


def partial_levels(audio):
    """Amplitude of each partial, in every window of 256 samples."""
    windows = np.lib.stride_tricks.sliding_window_view(audio, SPEC.n_fft)[:: SPEC.hop_length]
    spectrum = np.abs(np.fft.rfft(windows * hann(SPEC.n_fft), axis=1)) * 4 / SPEC.n_fft
    bins = [round(hz * SPEC.n_fft / SPEC.sample_rate) for hz in PARTIALS_HZ]
    return spectrum[:, bins]


def to_db(ratio):
    return 20 * np.log10(ratio)


def test_a_steady_tone_keeps_its_partials_levels(both_ways):
    audio = Player(tone((0.2, 0.1))).play(24)[SPEC.n_fft :]
    error_db = to_db(partial_levels(audio) / (0.2, 0.1))
    assert np.max(np.abs(error_db)) < 0.1


def test_a_tone_keeps_its_frequency():
    audio = Player(tone((0.2, 0.0), cents=30.0)).play(200)[SPEC.n_fft :]
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio)), 1 << 18))
    found_hz = np.argmax(spectrum) * SPEC.sample_rate / (1 << 18)
    expected_hz = PARTIALS_HZ[0] * 2 ** (30 / 1200)
    assert abs(1200 * np.log2(found_hz / expected_hz)) < 1.0


def test_a_tone_held_ten_times_its_length_keeps_its_partials_levels():
    audio = Player(tone((0.2, 0.1))).play(400)[SPEC.n_fft :]
    error_db = to_db(partial_levels(audio) / (0.2, 0.1))
    assert np.max(np.abs(error_db)) < 0.1


def test_a_vibrato_keeps_its_level_forwards_and_backwards():
    time_s = np.arange(SPEC.n_samples) / SPEC.sample_rate
    vibrato = np.sin(2 * np.pi * 1000.0 * time_s + 8.0 * np.sin(2 * np.pi * 4.0 * time_s))
    hops = Player(vibrato).play(160).reshape(160, SPEC.hop_length)
    levels_db = 10 * np.log10(np.mean(hops**2, axis=1))
    # Frame 4 is the first, so frame 30 is read at hop 26, frame 10 at 46, frame 30 again at 66.
    forwards, backwards = levels_db[8:26], levels_db[28:46]
    print("forwards", np.ptp(forwards), "dB, backwards", np.ptp(backwards))
    assert np.ptp(backwards) < np.ptp(forwards) + 0.2


def test_a_frame_that_is_not_there_yet_is_held_without_a_gap():
    player = Player(tone((0.2, 0.1)))
    player.pool.n_ready[0] = 8
    audio = player.play(60)[SPEC.n_fft :]
    assert np.max(np.abs(to_db(partial_levels(audio) / (0.2, 0.1)))) < 0.1
    assert player.heads[0].n_late == 56


def test_a_crossing_ends_with_the_new_notes_harmonics():
    """Plain accumulation ends 5 to 18 dB wrong, for ever."""
    player = Player(tone((0.2, 0.02)), tone((0.05, 0.1), cents=4.0))
    player.play(12)
    heads.begin_morph(player.heads, 1, 16)
    player.play(16)
    audio = player.play(60)[SPEC.n_fft :]
    assert player.left == [0]
    assert np.max(np.abs(to_db(partial_levels(audio) / (0.05, 0.1)))) < 0.5


def test_levels_move_straight_from_one_note_to_the_other():
    player = Player(tone((0.2, 0.1)), tone((0.1, 0.2)))
    player.play(12)
    heads.begin_morph(player.heads, 1, 32)
    levels = partial_levels(player.play(32))
    assert np.all(np.diff(levels[2:, 0]) < 0.0)
    assert np.all(np.diff(levels[2:, 1]) > 0.0)
    assert np.all(levels > 0.095)
    assert np.all(levels < 0.205)


def test_errors_of_the_frequency_do_not_take_a_lobe_apart():
    player = Player(tone((0.2, 0.1)))
    noise = np.random.default_rng(3).normal(0.0, 0.15 / (2 * np.pi), player.pool.magnitude.shape)
    player.pool.phase_advance[:] += np.round(noise * 65536).astype(np.int16)
    audio = player.play(300)[SPEC.n_fft :]
    assert np.max(np.abs(to_db(partial_levels(audio) / (0.2, 0.1)))) < 1.0


def drifting_steps(n_reference):
    """Largest steps before and after 12 hops, of two harmonics that drift against each other.

    They begin as sin x + sin 3x, whose maximum is 1.54, and come to sin x - sin 3x: 2.
    """
    time_s = np.arange(SPEC.n_samples) / SPEC.sample_rate
    note = 0.3 * np.cos(2 * np.pi * 250.0 * time_s) + 0.1 * np.cos(2 * np.pi * 750.5 * time_s)
    player = Player(note)
    player.pool.plan["n_reference"] = n_reference
    steps = np.abs(np.diff(player.play(120)))
    return steps[: 12 * SPEC.hop_length].max(), steps[12 * SPEC.hop_length :].max()


def test_partials_that_drift_make_no_step_above_those_of_the_beginning():
    first, later = drifting_steps(0)
    assert later > 1.15 * first
    first, later = drifting_steps(12)
    assert later <= first
    assert later > 0.9 * first


def test_a_released_voice_falls_by_its_plan():
    player = Player(tone((0.2, 0.1)))
    player.pool.plan["has_release"] = 1
    player.pool.plan["release_rate"] = 1.0
    player.play(12)
    assert decode.release_voice(player.heads, player.frames)
    audio = player.play(8)
    peaks = np.abs(audio.reshape(8, -1)).max(axis=1)
    assert to_db(peaks[6] / 0.3) == pytest.approx(to_db(np.exp(-3.0)), abs=1.0)


def test_a_release_before_all_frames_are_there_is_left_to_the_envelope(both_ways):
    player = Player(tone((0.2, 0.1)))
    player.pool.plan["has_release"] = 1
    player.pool.n_ready[0] = 8
    assert not decode.release_voice(player.heads, player.frames)


def test_bands_are_interpolated_from_octave_to_octave(both_ways):
    bands = np.arange(8, dtype=np.float32)
    gain = np.zeros(129, np.float32)
    decode.spread_gains(bands, gain)
    assert gain[[1, 2, 4, 8, 16, 32, 64, 128]].tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert gain[96] == 6.5


def test_silence_decodes_to_silence(both_ways):
    assert np.array_equal(np.zeros(4 * 64), Player(np.zeros(SPEC.n_samples)).play(4))


def test_analysis_and_synthesis_are_unity():
    """Frames of a note with their own phases, added and shifted, are the note."""
    rng = np.random.default_rng(7)
    note = rng.standard_normal(SPEC.n_samples)
    note -= note.mean()
    decoder = make_decoder(SPEC.n_fft, SPEC.hop_length)
    overlap, out = np.zeros(SPEC.n_fft, np.float32), np.zeros(SPEC.hop_length, np.float32)
    heard = []
    turned = stft(note, SPEC) * (-1.0) ** np.arange(1, SPEC.n_bins + 1)  # phases at the centre
    for spectrum in turned:
        decoder.rows[HERE, : SPEC.n_bins] = np.abs(spectrum)
        phase = np.round(np.angle(spectrum) / (2 * np.pi) * 2**32).astype(np.int64)
        decode.add_frame(decoder, phase.astype(np.int32), overlap)
        decode.take_hop(overlap, out)
        heard.append(out.copy())
    audio = np.concatenate(heard)[SPEC.front_padding :]
    inside = slice(SPEC.n_fft, 30 * SPEC.hop_length)
    spectrum_without_dc = note[inside] - audio[inside]
    # What is left is DC of single frames, which the representation drops: -20 dB of noise.
    assert np.std(spectrum_without_dc) < 0.15 * np.std(note)


def test_a_hop_of_more_than_a_quarter_window_is_refused():
    with pytest.raises(ConfigError, match="n_fft / 4"):
        make_decoder(256, 128)


def test_the_advance_row_holds_turns(both_ways):
    player = Player(tone((0.2, 0.0)))
    player.play(8)
    # 312.5 Hz moves by 5 whole turns in a hop of 64 samples at 4 kHz.
    assert abs(player.decoder.steps[ADVANCE, 19] / 2**32) < 1e-3


def test_the_kernels_allocate_nothing(compiled_text):
    player = Player(tone((0.2, 0.1)), tone((0.1, 0.1)))
    heads.begin_morph(player.heads, 1, 4)
    player.play(1)
    decode.release_voice(player.heads, player.frames)
    for kernel in (decode.decode_voice_hop, decode.release_voice):
        assert "NRT_MemInfo_alloc" not in compiled_text(kernel)
