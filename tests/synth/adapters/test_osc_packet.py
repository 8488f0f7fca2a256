"""OSC packets: all of a packet or nothing of it, and always in finite time."""

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from synth.adapters.osc_packet import (
    Argument,
    Message,
    PacketError,
    build_bundle,
    build_message,
    parse_packet,
    parse_timed,
)

NOTE = build_message("/mnote", [60, 100.0])
HEAD = b"#bundle\x00" + struct.pack(">q", 1)

arguments = st.lists(
    st.one_of(
        st.integers(-(2**31), 2**31 - 1),
        st.floats(width=32, allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    ),
    max_size=6,
)


def element(data: bytes) -> bytes:
    return struct.pack(">i", len(data)) + data


@given(arguments=arguments)
def test_what_is_built_is_parsed_again(arguments: list[Argument]) -> None:
    (message,) = parse_packet(build_message("/a/b", arguments))
    assert Message("/a/b", tuple(arguments)) == message
    assert [type(a) for a in arguments] == [type(a) for a in message.arguments]


def test_every_numeric_type_arrives() -> None:
    builder = OscMessageBuilder("/x")
    for value, tag in [(1, "i"), (2, "h"), (0.5, "f"), (0.25, "d"), (True, "T"), (False, "F")]:
        builder.add_arg(value, tag)
    (message,) = parse_packet(builder.build().dgram)
    assert (1, 2, 0.5, 0.25, True, False) == message.arguments


def test_a_bundle_in_a_bundle_gives_its_messages_in_order() -> None:
    inner = OscBundleBuilder(IMMEDIATELY)
    inner.add_content(OscMessageBuilder("/b").build())
    outer = OscBundleBuilder(IMMEDIATELY)
    outer.add_content(OscMessageBuilder("/a").build())
    outer.add_content(inner.build())
    outer.add_content(OscMessageBuilder("/c").build())
    assert ["/a", "/b", "/c"] == [m.address for m in parse_packet(outer.build().dgram)]


def test_a_message_without_type_tags_has_no_arguments() -> None:
    assert [Message("/ping", ())] == parse_packet(b"/ping\0\0\0")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not empty"),
        (b"/abc", "without its end"),
        (b"hello\0\0\0", "neither"),
        (b"/abcdef\0abc\0", "no type tags"),
        (b"/a\0\0,f\0\0", "ends within"),
        (b"/a\0\0,dd\0" + bytes(12), "ends within"),
        (NOTE + bytes(4), "behind the last argument"),
        (b"/a\0\0,s\0\0abcd", "without its end"),
        (b"/a\0\0,cf\0\0\0\0A>\x80\0\0", "unknown type tag 'c'"),
        (b"/a\0\0,I\0\0", "unknown type tag 'I'"),
        (b"/a\0\0,[]\0", "unknown type tag"),
        (b"/a\0\0,f\0\0\x7f\xc0\0\0", "not finite"),
        (b"/\xff\0\0", "UTF-8"),
        (b"#bundle\x00", "time tag"),
        (HEAD + struct.pack(">i", -4), "element of -4"),
        (HEAD + struct.pack(">i", 0), "element of 0"),
        (HEAD + struct.pack(">i", 64) + NOTE, "element of 64"),
    ],
)
def test_a_damaged_packet_says_what_is_wrong(data: bytes, message: str) -> None:
    with pytest.raises(PacketError, match=message):
        parse_packet(data)


def test_one_bad_element_spoils_the_whole_bundle() -> None:
    with pytest.raises(PacketError):
        parse_packet(HEAD + element(NOTE) + element(b"/a\0\0,c\0\0\0\0\0A"))


def test_bundles_nested_without_end_are_refused() -> None:
    data = NOTE
    for _ in range(2000):
        data = HEAD + element(data)
    with pytest.raises(PacketError, match="deeper"):
        parse_packet(data)


@given(data=st.binary(max_size=400))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    for packet in (data, HEAD + data, HEAD + element(b"/a\0\0" + data), b"/a\0\0," + data):
        start = time.monotonic()
        try:
            messages = parse_packet(packet)
        except PacketError:
            messages = []
        assert all(m.address.startswith("/") for m in messages)
        assert time.monotonic() - start < 5.0


def test_bundles_are_read_back_with_their_times() -> None:
    messages = [Message("/a", (1,)), Message("/b", ("x",))]
    assert [(None, messages)] == parse_timed(build_bundle(messages))
    ((due_s, read),) = parse_timed(build_bundle(messages, 1_700_000_000.5))
    assert (1_700_000_000.5, messages) == (due_s, read)


def test_a_bundle_in_a_bundle_has_a_time_of_its_own() -> None:
    inner = build_bundle([Message("/inner", ())], 1_700_000_001.0)
    outer = build_bundle([Message("/outer", ())], 1_700_000_000.0)
    outer += struct.pack(">i", len(inner)) + inner
    times = [(due_s, m[0].address) for due_s, m in parse_timed(outer)]
    assert [(1_700_000_000.0, "/outer"), (1_700_000_001.0, "/inner")] == times


def test_nil_is_no_argument() -> None:
    assert [Message("/undo", ())] == parse_packet(b"/undo\0\0\0,N\0\0")
