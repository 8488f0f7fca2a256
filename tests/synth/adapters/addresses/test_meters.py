from synth.adapters.addresses.meters import METER_PERIOD_S, Meters, meter_addresses
from synth.adapters.osc_packet import Message


def test_meters_tell_only_news_and_not_too_often() -> None:
    seen = {"voices": 2, "callback_load": 0.123, "late_blocks": 0}
    now = [0.0]
    meters = Meters(lambda: seen, lambda: now[0])
    told = meters.news()
    assert [("/meter/voices", (2,)), ("/meter/load", (0.12,)), ("/meter/late", (0,))] == [
        (m.address, m.arguments) for m in told
    ]
    seen["voices"] = 3
    assert [] == meters.news()
    now[0] += METER_PERIOD_S
    assert [Message("/meter/voices", (3,))] == meters.news()
    now[0] += METER_PERIOD_S
    assert [] == meters.news()
    meters.forget()
    now[0] += METER_PERIOD_S
    assert 3 == len(meters.news())


def test_meters_can_be_asked() -> None:
    table = {a.path: a for a in meter_addresses(lambda: {"voices": 4})}
    assert table["/meter/voices"].ask is not None
    assert [[4]] == table["/meter/voices"].ask(0)
