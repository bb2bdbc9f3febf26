"""Carafe's sockets as python-socketio sees them, and a chat that a program follows by them.

JAVA, CARAFE_JAR and TEST_CLASSES name the program and the compiled tests, among which is the server of the first part;
the closing line is "N passed, N failed".
"""

import json
import os
import queue
import signal
import socket as sockets
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request
from pathlib import Path

import socketio

sys.path.insert(0, str(Path(__file__).parent.parent / "python"))
from upstream import WORDS, Upstream  # noqa: E402

PATH = "/ws/socket.io"
TRANSPORTS = [["websocket"], ["polling"], ["polling", "websocket"]]
ANSWER = "".join(WORDS)


class Client:
    """A connected client; what comes is kept by the name of its event."""

    def __init__(self, url, transports, auth=None):
        self.io = socketio.Client(reconnection_delay=0.1, reconnection_delay_max=0.3)
        self.heard = queue.Queue()
        self.io.on("*", lambda event, *args: self.heard.put((event, *args)))
        self.io.connect(url, auth=auth, transports=transports, socketio_path=PATH, wait_timeout=20)

    def ask(self, event, data=None):
        return self.io.call(event, data, timeout=20)

    def next(self, event):
        while True:
            name, *args = self.heard.get(timeout=20)
            if name == event:
                return args[0] if args else None

    def close(self):
        self.io.disconnect()


# ---- each over every transport -----------------------------------------------------------------


def connects_with_an_id_of_its_own(connect, server):
    one, two = connect(), connect()
    assert len(one.io.get_sid()) == 20 and one.io.get_sid() != two.io.get_sid()


def a_good_token_opens_what_strangers_do_not_get(connect, server):
    assert connect({"token": "token of ann"}).ask("mine") == "yours"
    for auth in [None, {}, {"token": "token of nobody"}, {"token": 7}]:
        assert connect(auth).ask("mine") is None, auth


def acknowledgements_both_ways(connect, server):
    client = connect()
    client.io.on("question", lambda text: {"to": text})
    assert client.ask("echo", {"a": [1, None, True, "x"]}) == {"a": [1, None, True, "x"]}
    client.ask("join", "answers")
    client.io.emit("ask-me", "why?")
    assert client.next("answered") == {"to": "why?"}


def rooms_reach_their_members_but_not_the_one_who_speaks(connect, server):
    one, two = connect(), connect()
    one.ask("join", "hall")
    two.ask("join", "hall")
    one.io.emit("tell", {"room": "hall", "text": "hello"})
    assert two.next("told") == "hello"
    one.ask("echo", 1)
    assert one.heard.empty()


def events_stay_in_order(connect, server):
    client = connect()
    for n in range(200):
        client.io.emit("send-back", n)
    assert [client.next("back") for _ in range(200)] == list(range(200))


def bytes_both_ways(connect, server):
    data = bytes([0, 1, 2, 0x1E, 255])
    assert connect().ask("echo", {"name": "x", "parts": [data, {"deep": data}]}) == {"name": "x", "parts": [data, {"deep": data}]}


def every_kind_of_text(connect, server):
    client = connect()
    for text in ["", "ä", "河流入海", "😀👩‍👩‍👧", "\x00\x1e\u2028", "lone \ud83d half", '"\\']:
        assert client.ask("echo", text) == text, ascii(text)


def a_megabyte(connect, server):
    text = "ö" * 150_000 + "x" * 100_000  # this client writes each ö as six bytes
    assert connect({"token": "token of ann"}).ask("echo", text) == text


def comes_back_after_the_server_was_started_anew(connect, server):
    client = connect({"token": "token of ann"})
    server.stop()
    server.start()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if client.io.connected and client.ask("mine") == "yours":
                return
        except socketio.exceptions.SocketIOError:
            pass
        time.sleep(0.1)
    raise AssertionError("it did not come back")


TESTS = [
    connects_with_an_id_of_its_own,
    a_good_token_opens_what_strangers_do_not_get,
    acknowledgements_both_ways,
    rooms_reach_their_members_but_not_the_one_who_speaks,
    events_stay_in_order,
    bytes_both_ways,
    every_kind_of_text,
    a_megabyte,
    comes_back_after_the_server_was_started_anew,
]


# ---- a chat, followed by its events --------------------------------------------------------------


def a_chat_is_followed_by_its_events(connect, carafe):
    client = connect({"token": carafe.token})
    assert client.ask("user-join", {"auth": {"token": carafe.token}})["name"] == "Ann"
    turn = carafe.call("/api/v1/chats/turns", {"model": "plain", "content": "Where do rivers end?"})
    text, done = "", None
    while True:
        event = client.next("events")
        data = event["data"]
        assert event["chat_id"] == turn["chat_id"]
        if data["type"] == "response:completion":
            text += data["data"].get("delta", "")
        if data["type"] == "chat:completion" and data["data"].get("done"):
            done = data["data"]
        if data["type"] == "chat:active" and not data["data"]["active"]:
            break
    assert text == ANSWER, text
    assert done["content"] == ANSWER and done["output"][0]["content"][0]["text"] == ANSWER, done
    assert done["usage"]["completion_tokens"] == 9, done


def a_stranger_hears_nothing_of_it(connect, carafe):
    stranger, client = connect({"token": "forged"}), connect({"token": carafe.token})
    assert stranger.ask("user-join", {"auth": {"token": "forged"}}) is None
    carafe.call("/api/v1/chats/turns", {"model": "plain", "content": "Where do rivers end?"})
    while client.next("events")["data"]["type"] != "chat:completion":
        pass
    stranger.ask("user-join", {})
    assert stranger.heard.empty()


CHAT_TESTS = [a_chat_is_followed_by_its_events, a_stranger_hears_nothing_of_it]


# ---- servers -------------------------------------------------------------------------------------


def free_port():
    with sockets.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class SocketServer:
    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        path = os.environ["TEST_CLASSES"] + ":" + os.environ["CARAFE_JAR"]
        command = [os.environ["JAVA"], "-XX:+UseSerialGC", "-cp", path, "carafe.platform.realtime.socketio.SocketServer"]
        self.process = subprocess.Popen([*command, str(self.port), "3000", "10000"], stdout=subprocess.PIPE, text=True)
        assert "ready" in self.process.stdout.readline()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.process.stdout.close()


class Carafe:
    def __init__(self, folder, upstream):
        self.url = f"http://127.0.0.1:{free_port()}"
        self.token = None
        environment = {**os.environ, "PORT": self.url.rsplit(":", 1)[1], "HOST": "127.0.0.1", "DATA_DIR": folder, "OPENAI_API_BASE_URLS": upstream.url}
        with open(os.path.join(folder, "server.log"), "w") as log:
            self.process = subprocess.Popen([os.environ["JAVA"], "-XX:+UseSerialGC", "-jar", os.environ["CARAFE_JAR"]], env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while True:
            try:
                self.call("/health")
                break
            except OSError:
                assert time.monotonic() < deadline, "the server did not start"
                time.sleep(0.1)
        self.token = self.call("/api/v1/auths/signup", {"name": "Ann", "email": "ann@example.org", "password": "correct horse"})["token"]
        while "plain" not in [m["id"] for m in self.call("/api/models")["data"]]:
            assert time.monotonic() < deadline, "the upstream's models were not found"
            time.sleep(0.1)

    def call(self, path, body=None):
        headers = {"Content-Type": "application/json", **({"Authorization": "Bearer " + self.token} if self.token else {})}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode() if body else None, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def run(tests, server):
    passed = failed = 0
    for transports in TRANSPORTS:
        for test in tests:
            clients = []

            def connect(auth=None):
                clients.append(Client(server.url, transports, auth))
                return clients[-1]

            try:
                test(connect, server)
                passed += 1
            except Exception:
                failed += 1
                print(f"FAILED {'+'.join(transports)}: {test.__name__}")
                print("    " + traceback.format_exc(limit=-3).replace("\n", "\n    "))
            for client in clients:
                client.close()
    server.stop()
    return passed, failed


def main():
    results = [run(TESTS, SocketServer())]
    with tempfile.TemporaryDirectory() as folder:
        results.append(run(CHAT_TESTS, Carafe(folder, Upstream())))
    passed, failed = (sum(numbers) for numbers in zip(*results))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
