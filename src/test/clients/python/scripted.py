"""A model server that speaks one of three protocols and gives the same answer in each. Standard library only."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORDS = ["Rivers ", "end ", "in the sea ", "– 河流入海\u2028."]
ARGUMENTS = {"city": "Ulm"}


class Scripted(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, model):
        super().__init__(("127.0.0.1", 0), Handler)
        self.model = model
        self.bodies = []  # what was asked, newest last
        self.busy = False  # whether every call is refused for now
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        entry = {"id": self.server.model, "name": self.server.model}
        self.answer(200, {"models" if self.path == "/api/tags" else "data": [entry]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append(body)
        if self.server.busy:
            self.answer(429, {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down please"}}, {"Retry-After": "7"})
            return
        calls = {"/v1/chat/completions": self.openai, "/v1/messages": self.anthropic, "/api/chat": self.ollama,
                 "/v1/embeddings": self.embeddings, "/api/embed": self.embed, "/v1/messages/count_tokens": self.count}
        call = calls.get(self.path)
        if call:
            call(body)
        else:
            self.answer(404, {"error": {"message": "no such path"}})

    # ---- protocols: words, and where tools are offered a call of the first one ----

    def openai(self, body):
        tool = bool(body.get("tools"))
        call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": json.dumps(ARGUMENTS)}}
        usage = {"prompt_tokens": 20, "completion_tokens": 9, "total_tokens": 29, "prompt_tokens_details": {"cached_tokens": 4}}
        finish = "tool_calls" if tool else "stop"
        if not body.get("stream"):
            message = {"role": "assistant", "content": "".join(WORDS), **({"tool_calls": [call]} if tool else {})}
            self.answer(200, {"id": "c1", "object": "chat.completion", "created": 1, "model": body["model"],
                              "choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": usage})
            return
        self.stream("text/event-stream")
        deltas = [{"role": "assistant", "content": ""}] + [{"content": w} for w in WORDS]
        if tool:
            text = call["function"]["arguments"]
            deltas.append({"tool_calls": [{"index": 0, **call, "function": {"name": "weather", "arguments": ""}}]})
            deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": part}}]} for part in (text[:5], text[5:])]
        for delta in deltas:
            self.event({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": body["model"],
                        "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        self.event({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": body["model"],
                    "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        if (body.get("stream_options") or {}).get("include_usage"):
            self.event({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": body["model"], "choices": [], "usage": usage})
        self.raw(b"data: [DONE]\n\n")
        self.end()

    def anthropic(self, body):
        tool = bool(body.get("tools"))
        head = {"id": "msg_1", "type": "message", "role": "assistant", "model": body["model"], "stop_sequence": None}
        usage = {"input_tokens": 16, "cache_read_input_tokens": 4, "output_tokens": 9}
        stop = "tool_use" if tool else "end_turn"
        if not body.get("stream"):
            content = [{"type": "text", "text": "".join(WORDS)}]
            if tool:
                content.append({"type": "tool_use", "id": "toolu_1", "name": "weather", "input": ARGUMENTS})
            self.answer(200, {**head, "content": content, "stop_reason": stop, "usage": usage})
            return
        self.stream("text/event-stream")
        self.named("message_start", {"message": {**head, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}})
        self.named("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})
        for word in WORDS:
            self.named("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": word}})
        self.named("content_block_stop", {"index": 0})
        if tool:
            text = json.dumps(ARGUMENTS)
            self.named("content_block_start", {"index": 1, "content_block": {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}})
            for part in ("", text[:5], text[5:]):
                self.named("content_block_delta", {"index": 1, "delta": {"type": "input_json_delta", "partial_json": part}})
            self.named("content_block_stop", {"index": 1})
        self.named("message_delta", {"delta": {"stop_reason": stop, "stop_sequence": None}, "usage": {"output_tokens": 9}})
        self.named("message_stop", {})
        self.end()

    def ollama(self, body):
        tool = bool(body.get("tools"))
        calls = [{"function": {"name": "weather", "arguments": ARGUMENTS}}]
        last = {"model": body["model"], "done": True, "done_reason": "stop", "prompt_eval_count": 20, "eval_count": 9}
        if body.get("stream") is False:
            message = {"role": "assistant", "content": "".join(WORDS), **({"tool_calls": calls} if tool else {})}
            self.answer(200, {**last, "message": message})
            return
        self.stream("application/x-ndjson")
        for word in WORDS:
            self.line({"model": body["model"], "message": {"role": "assistant", "content": word}, "done": False})
        if tool:
            self.line({"model": body["model"], "message": {"role": "assistant", "content": "", "tool_calls": calls}, "done": False})
        self.line({**last, "message": {"role": "assistant", "content": ""}})
        self.end()

    def embeddings(self, body):
        self.answer(200, {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 1.0]}],
                          "model": body["model"], "usage": {"prompt_tokens": 2, "total_tokens": 2}})

    def embed(self, body):
        self.answer(200, {"model": body["model"], "embeddings": [[0.5, 1.0]], "prompt_eval_count": 2})

    def count(self, body):
        self.answer(200, {"input_tokens": 77})

    # ---- wire ----

    def stream(self, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def raw(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def event(self, data):
        self.raw(b"data: " + json.dumps(data).encode() + b"\n\n")

    def named(self, kind, data):
        self.raw(f"event: {kind}\ndata: ".encode() + json.dumps({"type": kind, **data}).encode() + b"\n\n")

    def line(self, data):
        self.raw(json.dumps(data).encode() + b"\n")

    def end(self):
        self.wfile.write(b"0\r\n\r\n")

    def answer(self, status, body, headers=None):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
