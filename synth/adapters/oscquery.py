"""OSCQuery: the address space over HTTP, and its changes over a websocket.

    GET /param/amp/pan            the node as JSON, with all that is below it
    GET /param/amp/pan?VALUE      one attribute
    GET /?HOST_INFO               where OSC listens
    websocket: {"COMMAND": "LISTEN", "DATA": "/param/amp/pan"}, and binary OSC both ways

Source: Vidvox/OSCQueryProposal. aiohttp is loaded by the thread that serves, after the port is
bound: starting to play does not wait for it. Web pages of other sites are turned away.
"""

import asyncio
import contextlib
import ipaddress
import json
import logging
import socket
import threading
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import urlsplit

from synth.adapters.network.query_tree import ATTRIBUTES, EXTENSIONS, QueryTree
from synth.adapters.network.receiver import OscReceiver
from synth.adapters.osc import LOOPBACK, Listenable, is_allowed, parse_networks
from synth.adapters.osc_addresses import Change, OscAddresses
from synth.adapters.osc_packet import Message, build_message
from synth.errors import DeviceError

if TYPE_CHECKING:
    from aiohttp import web

DEFAULT_HTTP = "127.0.0.1:9001"
NAME = "gansynth-live"
MAX_CLIENTS = 32
MAX_PACKET_BYTES = 65_535
_CLOSE_PATIENCE_S = 5.0
_SHUTDOWN_S = 0.1  # for conversations that are going on
_log = logging.getLogger(__name__)


class Osc(Protocol):
    """What is needed of the OSC server, whose address space it is."""

    addresses: OscAddresses
    receiver: OscReceiver

    @property
    def address(self) -> tuple[str, int]: ...  # noqa: D102


class _Client:
    """One websocket: what it listens to, and what it has still to be told."""

    def __init__(self) -> None:
        self.listens: set[str] = set()
        self.pending: dict[str, bytes] = {}  # by address: a slow client gets the latest
        self.news = asyncio.Event()

    def put(self, path: str, data: bytes) -> None:
        """Tell it something, soon; on the loop's thread."""
        self.pending[path] = data
        self.news.set()


class OscQueryServer:
    """Serves the tree of one OSC server.

    Args:
        osc: the OSC server.
        player: whose changes are told.
        host: address to listen on.
        port: 0 takes any free one; `address` tells which.
        allow: networks that are answered.

    Raises:
        DeviceError: the port is taken, or the host is not one of this machine.
    """

    def __init__(
        self,
        osc: Osc,
        player: Listenable,
        host: str = "127.0.0.1",
        port: int = 9001,
        *,
        allow: Sequence[str] = LOOPBACK,
    ) -> None:
        self._osc = osc
        self._player = player
        self._tree = QueryTree(osc.addresses)
        self._networks = parse_networks(allow)
        self._socket = _bind(host, port)
        self.address: tuple[str, int] = self._socket.getsockname()[:2]
        self._clients: set[_Client] = set()  # touched by the loop's thread only
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="oscquery", daemon=True)
        self._player.listen(self._feed_back)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._player.unlisten(self._feed_back)
        with contextlib.suppress(RuntimeError):  # it is closed already
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(_CLOSE_PATIENCE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # --- serving ---------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except ImportError as err:
            _log.warning("no OSCQuery: %s; install aiohttp", err)
        finally:
            self._socket.close()
            self._loop.close()

    async def _serve(self) -> None:
        from aiohttp import web

        runner = web.ServerRunner(
            web.Server(self._handle, access_log=None), shutdown_timeout=_SHUTDOWN_S
        )
        await runner.setup()
        try:
            await web.SockSite(runner, self._socket).start()
            await self._ended.wait()
        finally:
            await runner.cleanup()

    async def _handle(self, request: "web.BaseRequest") -> "web.StreamResponse":
        from aiohttp import web

        if not self._is_welcome(request):
            return web.Response(status=403, text="not from there")
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._converse(request)
        if request.method != "GET":
            return web.Response(status=405, text="only GET")
        status, content = self._answer(request)
        if content is None:
            return web.Response(status=status)
        return web.json_response(content, headers={"Cache-Control": "no-store"})

    def _answer(self, request: "web.BaseRequest") -> tuple[int, Any]:
        """Return the HTTP status, and what is told as JSON."""
        if "HOST_INFO" in request.query:
            return 200, self._host_info(request)
        node = self._tree.node(request.path.rstrip("/") or "/")
        if node is None:
            return 404, None
        asked = request.query_string.partition("=")[0]
        if not asked:
            return 200, node
        if asked not in ATTRIBUTES:
            return 400, None
        return (200, {asked: node[asked]}) if asked in node else (204, None)

    def _is_welcome(self, request: "web.BaseRequest") -> bool:
        """Turn away other networks, names that may be anybody's, and pages of other sites."""
        if request.remote is None or not is_allowed(request.remote, self._networks):
            return False
        host = urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
        if not _is_own_name(host):
            return False
        origin = request.headers.get("Origin")
        return origin is None or urlsplit(origin).hostname == host

    def _host_info(self, request: "web.BaseRequest") -> dict[str, Any]:
        osc_host, osc_port = self._osc.address
        here = urlsplit(f"//{request.headers['Host']}").hostname
        is_any = osc_host in {"0.0.0.0", "::"}  # noqa: S104 - looked at, not bound
        return {
            "NAME": NAME,
            "EXTENSIONS": EXTENSIONS,
            "OSC_IP": here if is_any else osc_host,
            "OSC_PORT": osc_port,
            "OSC_TRANSPORT": "UDP",
            "WS_IP": here,
            "WS_PORT": self.address[1],
        }

    # --- websockets ------------------------------------------------------------------------------

    async def _converse(self, request: "web.BaseRequest") -> "web.StreamResponse":
        from aiohttp import WSMsgType, web

        if len(self._clients) >= MAX_CLIENTS:
            return web.Response(status=503, text=f"{MAX_CLIENTS} clients are the most")
        websocket = web.WebSocketResponse(heartbeat=20.0, max_msg_size=MAX_PACKET_BYTES)
        await websocket.prepare(request)
        client = _Client()
        self._clients.add(client)
        teller = asyncio.create_task(_tell(client, websocket))
        try:
            async for message in websocket:
                if message.type is WSMsgType.TEXT:
                    self._command(client, message.data)
                elif message.type is WSMsgType.BINARY:
                    self._osc.receiver.take(message.data, client, _replier(client))
        finally:
            self._clients.discard(client)
            teller.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await teller
        return websocket

    def _command(self, client: _Client, text: str) -> None:
        """Do LISTEN or IGNORE; what is neither is not answered, as the proposal says nothing."""
        try:
            words = json.loads(text)
            command, path = words["COMMAND"], words["DATA"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        if command == "LISTEN" and path in self._tree.paths:
            client.listens.add(path)
        elif command == "IGNORE":
            client.listens.discard(path if isinstance(path, str) else "")

    def _feed_back(self, change: Change) -> None:
        """Tell clients what moved; runs on the thread that moved it."""
        if not self._clients:
            return
        messages = self._osc.addresses.feedback(change)
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._spread, messages, change.source)

    def _spread(self, messages: Sequence[Message], source: Hashable) -> None:
        for message in messages:
            listeners = [
                client
                for client in self._clients
                if message.address in client.listens and client is not source
            ]
            if listeners:
                arguments = self._tree.truncate(message.address, message.arguments)
                data = build_message(message.address, arguments)
                for client in listeners:
                    client.put(message.address, data)


async def _tell(client: _Client, websocket: "web.WebSocketResponse") -> None:
    """Send a client its news, as fast as it takes them."""
    while True:
        await client.news.wait()
        client.news.clear()
        pending, client.pending = client.pending, {}
        for data in pending.values():
            await websocket.send_bytes(data)


def _replier(client: _Client) -> Any:
    # Answers to one address may be several: they are kept apart by what they say.
    def reply(message: Message) -> None:
        data = build_message(message.address, message.arguments)
        client.put(f"{message.address} {data!r}", data)

    return reply


def _is_own_name(host: str) -> bool:
    """True for addresses and for names that only this machine has; the web's names are not ours."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        own = {"localhost", socket.gethostname().lower()}
        return host.lower() in own or host.lower().endswith(".local")
    return True


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, socket.SOCK_STREAM)
    except OSError as err:
        raise DeviceError(f"HTTP host {host!r}: {err.strerror or err}; try 127.0.0.1") from err
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen()
    except OSError as err:
        bound.close()
        raise DeviceError(
            f"cannot listen for HTTP on {host}:{port}: {err.strerror or err};"
            f" choose another with --http HOST:PORT (port 0 takes any free one)"
        ) from err
    return bound
