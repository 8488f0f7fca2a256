"""OSCQuery over real sockets: the tree by HTTP, changes by a websocket."""

import asyncio
import http.client
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import pytest
from pythonoscquery.osc_query_browser import OSCQueryBrowser
from pythonoscquery.osc_query_client import OSCQueryClient

from synth.adapters.discovery import Announcer, Service
from synth.adapters.osc import OscServer
from synth.adapters.osc_packet import Message, build_message, parse_packet
from synth.adapters.oscquery import OscQueryServer
from synth.errors import DeviceError
from synth.parameters import PARAMETERS

PATIENCE_S = 20.0  # the serving thread imports aiohttp first


@pytest.fixture
def rig(desk: Any) -> Iterator[Any]:
    with (
        OscServer(desk.player, port=0, status=lambda: {"voices": 2}) as osc,
        OscQueryServer(osc, desk.player, port=0) as served,
    ):
        desk.server, desk.served = osc, served
        yield desk


def get(rig: Any, path: str, **headers: str) -> tuple[int, Any]:
    """Ask by HTTP; return status and content."""
    connection = http.client.HTTPConnection(*rig.served.address, timeout=PATIENCE_S)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    is_json = answer.headers.get_content_type() == "application/json"
    return answer.status, json.loads(body) if is_json else body


def test_nodes_and_their_attributes_are_told(rig: Any) -> None:
    status, node = get(rig, "/param/amp/pan")
    assert (200, "f", [0.5]) == (status, node["TYPE"], node["VALUE"])
    assert (200, {"VALUE": [0.5]}) == get(rig, "/param/amp/pan?VALUE")
    rig.player.set_parameter("amp/pan", 0.25)
    assert (200, {"VALUE": [0.25]}) == get(rig, "/param/amp/pan?VALUE")
    status, root = get(rig, "/")
    assert "timbre" in root["CONTENTS"]


def test_what_is_not_there_has_the_status_of_the_proposal(rig: Any) -> None:
    assert 204 == get(rig, "/mnote?VALUE")[0]
    assert 400 == get(rig, "/mnote?NONSENSE")[0]
    assert 404 == get(rig, "/nonsense")[0]


def test_host_info_says_where_osc_listens(rig: Any) -> None:
    status, info = get(rig, "/?HOST_INFO")
    assert (200, "gansynth-live", "UDP") == (status, info["NAME"], info["OSC_TRANSPORT"])
    assert rig.server.address == (info["OSC_IP"], info["OSC_PORT"])
    assert rig.served.address == (info["WS_IP"], info["WS_PORT"])
    assert info["EXTENSIONS"]["LISTEN"]


def leaves(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Walk all nodes that have a value and nothing below."""
    below = node.get("CONTENTS", {})
    if "VALUE" in node and not below:
        yield node
    for child in below.values():
        yield from leaves(child)


def test_a_foreign_client_finds_the_player_and_reads_its_values(desk: Any) -> None:
    """python-oscquery 0.4.0: it has no LISTEN, and no nodes with both a value and children."""
    with (
        OscServer(desk.player, port=0) as osc,
        OscQueryServer(osc, desk.player, "0.0.0.0", 0, allow=["0.0.0.0/0"]) as served,
        Announcer([Service(kind="_oscjson._tcp", host="0.0.0.0", port=served.address[1])]),
    ):
        browser, port = OSCQueryBrowser(), served.address[1]
        deadline = time.monotonic() + PATIENCE_S
        found: list[Any] = []
        while not found and time.monotonic() < deadline:
            time.sleep(0.05)
            # Another player may be announced on this machine.
            services = filter(None, browser.get_discovered_oscquery())
            found = [service for service in services if service.port == port]
        browser.zc.close()
        client = OSCQueryClient(*found)
        info = client.get_host_info()
        assert info is not None
        assert ("gansynth-live", osc.address[1]) == (info.name, info.osc_port)
        desk.served = served
        wanted = list(leaves(get(desk, "/timbre")[1])) + list(leaves(get(desk, "/param")[1]))
        assert len(wanted) > len(PARAMETERS)
        for node in wanted:
            read = client.query_node(node["FULL_PATH"])
            assert read is not None
            assert (node["VALUE"], node["ACCESS"]) == (read.value, int(read.access))
        assert ["late", "load", "voices"] == sorted(
            child.full_path.rpartition("/")[2] for child in client.query_node("/meter").contents
        )
        assert client.query_node("/nonsense") is None


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}]
)
def test_pages_of_other_sites_are_turned_away(rig: Any, headers: dict[str, str]) -> None:
    assert 403 == get(rig, "/param", **headers)[0]


def test_strangers_are_turned_away(desk: Any) -> None:
    with OscServer(desk.player, port=0) as osc:
        with OscQueryServer(osc, desk.player, port=0, allow=["192.0.2.0/24"]) as served:
            desk.served = served
            assert 403 == get(desk, "/")[0]
        with pytest.raises(DeviceError, match=r"198\.51\.100\.7"):
            OscQueryServer(osc, desk.player, host="198.51.100.7", port=0)


def converse(rig: Any, talk: Callable[[Any], Awaitable[None]]) -> None:
    async def run() -> None:
        url = "http://{}:{}/".format(*rig.served.address)
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as websocket:
            await asyncio.wait_for(talk(websocket), PATIENCE_S)

    asyncio.run(run())


def test_a_listener_hears_what_others_move_and_not_its_own(rig: Any) -> None:
    async def talk(websocket: Any) -> None:
        await websocket.send_str(json.dumps({"COMMAND": "LISTEN", "DATA": "/param/amp/pan"}))
        await websocket.send_str(json.dumps({"COMMAND": "LISTEN", "DATA": "/param/amp/sustain"}))
        await websocket.send_str("nonsense")
        await websocket.send_bytes(build_message("/param/amp/pan", [1.0]))
        await websocket.send_bytes(build_message("/ping", []))
        assert "/pong" == parse_packet(await websocket.receive_bytes())[0].address
        assert 1.0 == rig.player.value("amp/pan")
        rig.player.set_parameter("amp/sustain", 0.5, source="midi")
        heard = parse_packet(await websocket.receive_bytes())
        assert [Message("/param/amp/sustain", (0.5,))] == heard

    converse(rig, talk)


def test_who_ignores_hears_no_more_and_errors_come_back(rig: Any) -> None:
    async def talk(websocket: Any) -> None:
        for command in ("LISTEN", "IGNORE"):
            await websocket.send_str(json.dumps({"COMMAND": command, "DATA": "/timbre/xy"}))
        await websocket.send_bytes(b"/nons\0\0\0")
        error = parse_packet(await websocket.receive_bytes())[0]
        assert "/error" == error.address
        rig.player.set_pad(1.0, 1.0)
        await websocket.send_bytes(build_message("/ping", []))
        assert "/pong" == parse_packet(await websocket.receive_bytes())[0].address

    converse(rig, talk)


def test_closing_ends_open_conversations(desk: Any) -> None:
    async def run() -> None:
        with OscServer(desk.player, port=0) as osc:
            served = OscQueryServer(osc, desk.player, port=0)
            url = "http://{}:{}/".format(*served.address)
            async with aiohttp.ClientSession() as session, session.ws_connect(url) as websocket:
                started_s = time.monotonic()
                await asyncio.to_thread(served.close)
                await websocket.receive()
                assert time.monotonic() - started_s < PATIENCE_S
            desk.player.set_parameter("amp/pan", 0.0)

    asyncio.run(run())


def test_a_port_that_is_taken_is_one_line(rig: Any) -> None:
    with pytest.raises(DeviceError, match=r"cannot listen for HTTP on .*--http HOST:PORT"):
        OscQueryServer(rig.server, rig.player, port=rig.served.address[1])
