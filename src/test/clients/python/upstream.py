"""An upstream in the OpenAI shape, with the faults that the suite needs. Standard library only."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORDS = ["Rivers ", "end ", "in ", "the ", "sea ", "– ", "河流", "入海", "."]
MODELS = ["plain", "slow", "tools", "busy", "broken", "picky", "cut"]


class Upstream(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies = []  # what was asked, newest last
        self.keys = []
        self.left = threading.Event()  # set when a reader of "slow" has gone
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.answer(200, {"object": "list", "data": [{"id": m, "object": "model", "created": 1, "owned_by": "test"} for m in MODELS]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append(body)
        self.server.keys.append(self.headers.get("Authorization"))
        if self.path.endswith("/embeddings"):
            data = [{"object": "embedding", "index": i, "embedding": [0.5, float(i)]} for i, _ in enumerate(body["input"])]
            self.answer(200, {"object": "list", "model": body["model"], "data": data, "usage": {"prompt_tokens": 2, "total_tokens": 2}})
            return
        getattr(self, "on_" + body["model"])(body)

    # ---- models ----

    def on_plain(self, body):
        if body.get("stream"):
            self.stream(body, [{"content": w} for w in WORDS], "stop")
        else:
            self.complete(body, {"role": "assistant", "content": "".join(WORDS)}, "stop")

    def on_tools(self, body):
        call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Ulm"}'}}
        if body.get("stream"):
            head = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": ""}}
            parts = [{"tool_calls": [head]}] + [{"tool_calls": [{"index": 0, "function": {"arguments": a}}]} for a in ('{"city":', '"Ulm"}')]
            self.stream(body, parts, "tool_calls")
        else:
            self.complete(body, {"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls")

    def on_slow(self, body):
        self.head_of_stream()
        try:
            for _ in range(600):  # a minute at most
                self.event(self.chunk(body, {"content": "tick "}))
                time.sleep(0.1)
        except OSError:
            self.server.left.set()
            self.close_connection = True

    def on_cut(self, body):
        self.head_of_stream()
        self.event(self.chunk(body, {"content": "half "}))
        self.close_connection = True

    def on_busy(self, body):
        self.answer(429, {"error": {"message": "slow down please", "type": "rate_limit_error", "code": "rate_limited", "param": None}}, {"Retry-After": "7"})

    def on_broken(self, body):
        self.answer(500, {"error": {"message": "it broke", "type": "server_error", "code": None, "param": None}})

    def on_picky(self, body):
        self.answer(400, {"error": {"message": "temperature is too hot", "type": "invalid_request_error", "code": None, "param": "temperature"}})

    # ---- wire ----

    def complete(self, body, message, finish):
        self.answer(200, {
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 9, "total_tokens": 14},
        })

    def stream(self, body, deltas, finish):
        self.head_of_stream()
        for delta in deltas:
            self.event(self.chunk(body, delta))
        self.event(self.chunk(body, {}, finish))
        if (body.get("stream_options") or {}).get("include_usage"):
            last = self.chunk(body, {})
            last["choices"] = []
            last["usage"] = {"prompt_tokens": 5, "completion_tokens": 9, "total_tokens": 14}
            self.event(last)
        self.raw("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def chunk(self, body, delta, finish=None):
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": body["model"],
                "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    def head_of_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def event(self, data):
        self.raw("data: " + json.dumps(data) + "\n\n")

    def raw(self, text):
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def answer(self, status, body, headers=None):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
