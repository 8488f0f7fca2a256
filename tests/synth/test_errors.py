import pytest

from synth import errors

LEAVES = [
    errors.ConfigError,
    errors.InputFileError,
    errors.InstrumentError,
    errors.PresetError,
    errors.DeviceError,
]


@pytest.mark.parametrize("error", LEAVES)
def test_every_error_can_be_caught_as_one_that_a_user_can_mend(error):
    with pytest.raises(errors.SynthError, match="why"):
        raise error("why")


def test_a_wrong_setting_is_a_value_error_for_callers_who_know_nothing_of_us():
    with pytest.raises(ValueError, match="why"):
        raise errors.ConfigError("why")


def test_exit_codes_tell_usage_files_and_devices_apart():
    assert [2, 3, 3, 3, 4] == [error.exit_code for error in LEAVES]
