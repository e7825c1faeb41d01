"""A visitor without a browser: what the page's own script says to the server, and how long it
takes to answer. Nothing is drawn, so this measures the server alone."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Self, TypeAlias

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

Value: TypeAlias = str | bool | list[str]
PATIENCE_SECONDS = 60.0
PROTOCOL = "streamlit"
EARLY = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN


class Visitor:
    """One tab, on a page by its name; the home page has none. Every call returns seconds until the
    server was done."""

    def __init__(self, port: int, query: str = "", page: str = "") -> None:
        place = f"127.0.0.1:{port}"
        self._query, self._name = query, page
        self._url = f"http://{place}"
        self._page = ""
        self._ids: dict[str, str] = {}
        self._fragments: dict[str, str] = {}  # by the key of a widget, where it is in one
        self._states: dict[str, Value] = {}
        self.received = 0  # bytes of the newest answer
        self.words = ""
        self.numbers_after = 0.0  # seconds until the newest large number was there
        self._socket = connect(
            f"ws://{place}/_stcore/stream",
            subprotocols=[PROTOCOL],
            origin=self._url,
            max_size=None,
            compression=None,
        )

    def run(self, pressed: str = "", fragment: str = "") -> float:
        """The whole script once more, or with a button pressed, or one fragment of it."""
        start = self._start = time.perf_counter()
        self._socket.send(self._asks(pressed, fragment))
        self.received, self.words = 0, ""
        while not self._is_last(self._socket.recv(PATIENCE_SECONDS)):
            pass
        return time.perf_counter() - start

    def choose(self, key: str, value: Value) -> float:
        """Set a widget: a value of a selectbox, a list of those of a slider or of pills, or a
        toggle."""
        self._states[self._ids[key]] = value
        return self.run(fragment=self._fragments.get(key, ""))

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _asks(self, pressed: str, fragment: str) -> bytes:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.page_name, rerun.fragment_id = self._name, fragment
        rerun.query_string, rerun.page_script_hash = self._query, self._page
        rerun.context_info.url, rerun.context_info.timezone = self._url, "UTC"
        for identity, value in self._states.items():
            state = rerun.widget_states.widgets.add(id=identity)
            if isinstance(value, bool):
                state.bool_value = value
            elif isinstance(value, list):
                state.string_array_value.SetInParent()  # none is a choice too
                state.string_array_value.data.extend(value)
            else:
                state.string_value = value
        if pressed:
            rerun.widget_states.widgets.add(id=self._ids[pressed], trigger_value=True)
        return bytes(message.SerializeToString())

    def _is_last(self, data: str | bytes) -> bool:
        content = data if isinstance(data, bytes) else data.encode()
        self.received += len(content)
        message = ForwardMsg.FromString(content)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._page = message.new_session.page_script_hash
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._look_at(message.delta.new_element, message.delta.fragment_id)
        return bool(kind == "script_finished" and message.script_finished != EARLY)

    def _look_at(self, element: Any, fragment: str) -> None:
        kind = element.WhichOneof("type")
        part = getattr(element, kind)
        if kind == "exception":
            raise RuntimeError(f"the page failed: {part.type} {part.message}")
        if kind == "metric":
            self.numbers_after = time.perf_counter() - self._start
        self.words += "".join(getattr(part, name, "") for name in ("body", "label")) + "\n"
        identity = getattr(part, "id", "")
        if identity.startswith("$$ID-"):
            key = identity.split("-", 2)[2]
            self._ids[key], self._fragments[key] = identity, fragment
