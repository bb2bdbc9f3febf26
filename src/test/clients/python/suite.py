"""Carafe as the official OpenAI SDK for Python sees it. Starts the jar in front of an upstream of its own.

JAVA and CARAFE_JAR name the program; the closing line is "N passed, N failed".
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

import openai
from openai import AsyncOpenAI, OpenAI

from upstream import WORDS, Upstream

ANSWER = "".join(WORDS)
ASK = [{"role": "user", "content": "Where do rivers end?"}]
WEATHER = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}]


# ---- what must hold --------------------------------------------------------------------------


def models_of_the_upstream_are_listed(client, upstream):
    ids = [m.id for m in client.models.list()]
    assert {"plain", "slow", "tools"} <= set(ids), ids


def an_answer_comes_whole_with_its_usage(client, upstream):
    answer = client.chat.completions.create(model="plain", messages=ASK)
    assert answer.choices[0].message.content == ANSWER, answer
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (5, 9), answer.usage


def a_stream_brings_every_piece_in_order(client, upstream):
    pieces = list(client.chat.completions.create(model="plain", messages=ASK, stream=True))
    assert "".join(p.choices[0].delta.content or "" for p in pieces if p.choices) == ANSWER
    assert [p.choices[0].finish_reason for p in pieces if p.choices][-1] == "stop"
    assert all(p.usage is None for p in pieces), "usage that nobody asked for"


def a_stream_tells_its_usage_when_asked(client, upstream):
    pieces = list(client.chat.completions.create(model="plain", messages=ASK, stream=True, stream_options={"include_usage": True}))
    assert pieces[-1].usage.total_tokens == 14, pieces[-1]


def the_stream_helper_of_the_sdk_is_content(client, upstream):
    with client.chat.completions.stream(model="plain", messages=ASK) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.content == ANSWER


def a_tool_call_passes_through(client, upstream):
    answer = client.chat.completions.create(model="tools", messages=ASK, tools=WEATHER, tool_choice="auto")
    call = answer.choices[0].message.tool_calls[0]
    assert (call.id, call.function.name, json.loads(call.function.arguments)) == ("call_1", "weather", {"city": "Ulm"})
    assert answer.choices[0].finish_reason == "tool_calls"
    assert upstream.bodies[-1]["tools"] == WEATHER


def a_streamed_tool_call_passes_through(client, upstream):
    with client.chat.completions.stream(model="tools", messages=ASK, tools=WEATHER) as stream:
        message = stream.get_final_completion().choices[0].message
    assert json.loads(message.tool_calls[0].function.arguments) == {"city": "Ulm"}


def tool_results_reach_the_upstream_as_they_are(client, upstream):
    messages = ASK + [
        {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
    ]
    client.chat.completions.create(model="plain", messages=messages)
    assert upstream.bodies[-1]["messages"] == messages


def parameters_and_unknown_keys_reach_the_upstream(client, upstream):
    client.chat.completions.create(
        model="plain", messages=ASK, temperature=0.25, seed=7, stop=["\n"], response_format={"type": "json_object"}, extra_body={"min_p": 0.1}
    )
    sent = upstream.bodies[-1]
    assert (sent["temperature"], sent["seed"], sent["stop"], sent["min_p"]) == (0.25, 7, ["\n"], 0.1), sent
    assert sent["response_format"] == {"type": "json_object"}


def parts_of_a_message_reach_the_upstream(client, upstream):
    parts = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]
    client.chat.completions.create(model="plain", messages=[{"role": "user", "content": parts}])
    assert upstream.bodies[-1]["messages"][0]["content"] == parts


def the_upstream_sees_its_own_key_and_never_the_callers(client, upstream):
    client.chat.completions.create(model="plain", messages=ASK)
    assert upstream.keys[-1] == "Bearer sk-upstream", upstream.keys[-1]


def embeddings_pass_through(client, upstream):
    vectors = client.embeddings.create(model="plain", input=["one", "two"], encoding_format="float")
    assert [v.embedding for v in vectors.data] == [[0.5, 0.0], [0.5, 1.0]]


def a_wrong_key_is_an_authentication_error(client, upstream):
    error = raised(openai.AuthenticationError, lambda: client.with_options(api_key="sk-wrong").models.list())
    assert error.status_code == 401 and error.body["message"], error.body


def an_unknown_model_is_told_as_such(client, upstream):
    error = raised(openai.NotFoundError, lambda: client.chat.completions.create(model="nobody", messages=ASK))
    assert error.code == "model_not_found" and "nobody" in error.message, error.body


def missing_messages_are_a_bad_request(client, upstream):
    raised(openai.BadRequestError, lambda: client.post("/chat/completions", cast_to=object, body={"model": "plain"}))


def an_unknown_path_is_json_not_found(client, upstream):
    error = raised(openai.NotFoundError, lambda: client.get("/no/such/thing", cast_to=object))
    assert error.body, "the body is not JSON with an error"


def a_busy_upstream_is_a_rate_limit_with_its_retry_after(client, upstream):
    error = raised(openai.RateLimitError, lambda: client.chat.completions.create(model="busy", messages=ASK))
    assert error.response.headers["retry-after"] == "7"
    assert "slow down" in error.message, error.message


def an_upstreams_objection_is_handed_on(client, upstream):
    error = raised(openai.BadRequestError, lambda: client.chat.completions.create(model="picky", messages=ASK))
    assert "too hot" in error.message, error.message


def a_broken_upstream_is_a_server_error(client, upstream):
    error = raised(openai.InternalServerError, lambda: client.chat.completions.create(model="broken", messages=ASK))
    assert error.status_code in (500, 502), error.status_code


def a_stream_that_is_cut_does_not_look_complete(client, upstream):
    finishes, failed = [], False
    try:
        for piece in client.chat.completions.create(model="cut", messages=ASK, stream=True):
            finishes += [c.finish_reason for c in piece.choices]
    except Exception:  # the SDK has several, by how the cut shows
        failed = True
    assert failed, finishes


def leaving_a_stream_closes_the_upstream(client, upstream):
    upstream.left.clear()
    stream = client.chat.completions.create(model="slow", messages=ASK, stream=True)
    for _, _ in zip(range(3), stream):
        pass
    stream.close()
    assert upstream.left.wait(15), "the upstream still streams 15 s after its reader left"


def every_answer_has_a_request_id(client, upstream):
    raw = client.chat.completions.with_raw_response.create(model="plain", messages=ASK)
    assert raw.headers.get("x-request-id"), dict(raw.headers)


def forty_at_once_each_get_their_own_answer(client, upstream):
    async def all_of_them():
        async with AsyncOpenAI(base_url=client.base_url, api_key=client.api_key, max_retries=0) as many:
            return await asyncio.gather(*(many.chat.completions.create(model="plain", messages=ASK) for _ in range(40)))

    answers = asyncio.run(all_of_them())
    assert [a.choices[0].message.content for a in answers] == [ANSWER] * 40


TESTS = [
    models_of_the_upstream_are_listed,
    an_answer_comes_whole_with_its_usage,
    a_stream_brings_every_piece_in_order,
    a_stream_tells_its_usage_when_asked,
    the_stream_helper_of_the_sdk_is_content,
    a_tool_call_passes_through,
    a_streamed_tool_call_passes_through,
    tool_results_reach_the_upstream_as_they_are,
    parameters_and_unknown_keys_reach_the_upstream,
    parts_of_a_message_reach_the_upstream,
    the_upstream_sees_its_own_key_and_never_the_callers,
    embeddings_pass_through,
    a_wrong_key_is_an_authentication_error,
    an_unknown_model_is_told_as_such,
    missing_messages_are_a_bad_request,
    an_unknown_path_is_json_not_found,
    a_busy_upstream_is_a_rate_limit_with_its_retry_after,
    an_upstreams_objection_is_handed_on,
    a_broken_upstream_is_a_server_error,
    a_stream_that_is_cut_does_not_look_complete,
    leaving_a_stream_closes_the_upstream,
    every_answer_has_a_request_id,
    forty_at_once_each_get_their_own_answer,
]


# ---- how it is run ---------------------------------------------------------------------------


def raised(kind, action):
    try:
        action()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


def call(url, body=None, bearer=None):
    headers = {"Content-Type": "application/json"}
    if bearer:
        headers["Authorization"] = "Bearer " + bearer
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=20) as answer:
        return json.load(answer)


def start_carafe(folder, upstream):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "PORT": str(port), "HOST": "127.0.0.1", "DATA_DIR": folder + "/data",
        "OPENAI_API_BASE_URL": upstream.url, "OPENAI_API_KEY": "sk-upstream",
    }
    log = open(folder + "/carafe.log", "wb")
    process = subprocess.Popen([os.environ["JAVA"], "-jar", os.environ["CARAFE_JAR"]], env=environment, stdout=log, stderr=log, cwd=folder)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            call(url + "/health")
            return process, url
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    process.kill()
    sys.exit("Carafe did not start:\n" + open(folder + "/carafe.log").read()[-3000:])


def make_key(url):
    account = {"name": "Ada", "email": "ada@example.org", "password": "correct horse battery"}
    token = call(url + "/api/v1/auths/signup", account)["token"]
    return call(url + "/api/v1/auths/api_key", {}, token)["api_key"]


def main():
    upstream = Upstream()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        carafe, url = start_carafe(folder, upstream)
        try:
            client = OpenAI(base_url=url + "/v1", api_key=make_key(url), max_retries=0, timeout=30)
            deadline = time.monotonic() + 20  # the catalogue is refreshed in the background
            while time.monotonic() < deadline and not [m for m in client.models.list() if m.id == "plain"]:
                time.sleep(0.1)
            for test in TESTS:
                try:
                    test(client, upstream)
                    passed += 1
                except Exception:
                    failed += 1
                    print(f"FAILED {test.__name__}")
                    print("    " + traceback.format_exc(limit=-3).replace("\n", "\n    "))
        finally:
            carafe.send_signal(signal.SIGTERM)
            try:
                carafe.wait(20)
            except subprocess.TimeoutExpired:
                carafe.kill()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
