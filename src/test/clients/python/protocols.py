"""Carafe as the official SDKs of Anthropic, Ollama and OpenAI see it, each over a server of each protocol.

JAVA and CARAFE_JAR name the program; the closing line is "N passed, N failed".
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import anthropic
import ollama
import openai

import suite
from scripted import ARGUMENTS, WORDS, Scripted

ANSWER = "".join(WORDS)
ASK = [{"role": "user", "content": "Where do rivers end?"}]
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
FUNCTION = [{"type": "function", "function": {"name": "weather", "description": "Tells it.", "parameters": SCHEMA}}]


class World:
    """The servers by the protocol they speak, and a client of each SDK."""

    def __init__(self, servers, url, key):
        self.servers = servers
        self.anthropic = anthropic.Anthropic(base_url=url, api_key=key, max_retries=0, timeout=30)
        self.openai = openai.OpenAI(base_url=url + "/v1", api_key=key, max_retries=0, timeout=30)
        self.ollama = ollama.Client(host=url + "/ollama", headers={"Authorization": "Bearer " + key}, timeout=30)


# ---- what must hold over every kind of server --------------------------------------------------


def anthropic_answers_whole(world, model):
    message = world.anthropic.messages.create(model=model, max_tokens=99, messages=ASK)
    assert [b.type for b in message.content] == ["text"] and message.content[0].text == ANSWER, message
    assert message.stop_reason == "end_turn" and message.role == "assistant"
    assert message.usage.input_tokens + (message.usage.cache_read_input_tokens or 0) == 20, message.usage
    assert message.usage.output_tokens == 9


def anthropic_streams(world, model):
    with world.anthropic.messages.stream(model=model, max_tokens=99, messages=ASK) as stream:
        kinds = [event.type for event in stream if event.type in ("message_start", "content_block_start", "content_block_stop", "message_delta", "message_stop")]
        final = stream.get_final_message()
    assert kinds == ["message_start", "content_block_start", "content_block_stop", "message_delta", "message_stop"], kinds
    assert final.content[0].text == ANSWER and final.stop_reason == "end_turn" and final.usage.output_tokens == 9, final


def anthropic_streams_a_tool_call(world, model):
    tools = [{"name": "weather", "description": "Tells it.", "input_schema": SCHEMA}]
    with world.anthropic.messages.stream(model=model, max_tokens=99, messages=ASK, tools=tools) as stream:
        final = stream.get_final_message()
    assert [b.type for b in final.content] == ["text", "tool_use"], final
    call = final.content[1]
    assert call.name == "weather" and call.input == ARGUMENTS and call.id, call
    assert final.stop_reason == "tool_use"
    turn = [*ASK, {"role": "assistant", "content": [b.model_dump(exclude_none=True) for b in final.content]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "rain"}]}]
    again = world.anthropic.messages.create(model=model, max_tokens=99, messages=turn)
    assert again.content[0].text == ANSWER


def anthropic_counts_tokens(world, model):
    assert world.anthropic.messages.count_tokens(model=model, messages=ASK).input_tokens > 0


def anthropic_raises_on_a_busy_server(world, model):
    error = busy(world, model, anthropic.RateLimitError, lambda: world.anthropic.messages.create(model=model, max_tokens=9, messages=ASK))
    assert error.response.headers["retry-after"] == "7"
    assert error.body["error"]["type"] == "rate_limit_error" and "slow down" in error.body["error"]["message"], error.body


def ollama_answers_whole(world, model):
    answer = world.ollama.chat(model=model, messages=ASK)
    assert answer.message.content == ANSWER and answer.done and answer.eval_count == 9, answer


def ollama_streams(world, model):
    pieces = list(world.ollama.chat(model=model, messages=ASK, stream=True))
    assert "".join(p.message.content or "" for p in pieces) == ANSWER, pieces
    assert [p.done for p in pieces] == [False] * (len(pieces) - 1) + [True]
    assert pieces[-1].prompt_eval_count == 20


def ollama_calls_tools(world, model):
    for stream in (False, True):
        answer = world.ollama.chat(model=model, messages=ASK, tools=FUNCTION, stream=stream)
        calls = [c for p in (answer if stream else [answer]) for c in p.message.tool_calls or []]
        assert [(c.function.name, dict(c.function.arguments)) for c in calls] == [("weather", ARGUMENTS)], calls


def ollama_shows_and_lists(world, model):
    assert model in [m.model for m in world.ollama.list().models]


def ollama_raises_on_a_busy_server(world, model):
    error = busy(world, model, ollama.ResponseError, lambda: world.ollama.chat(model=model, messages=ASK))
    assert error.status_code == 429 and "slow down" in error.error, error


def openai_answers_whole(world, model):
    answer = world.openai.chat.completions.create(model=model, messages=ASK)
    assert answer.choices[0].message.content == ANSWER and answer.choices[0].finish_reason == "stop", answer
    assert answer.usage.total_tokens == 29


def openai_streams_a_tool_call(world, model):
    with world.openai.chat.completions.stream(model=model, messages=ASK, tools=FUNCTION) as stream:
        final = stream.get_final_completion()
    message = final.choices[0].message
    assert message.content == ANSWER and final.choices[0].finish_reason == "tool_calls", final
    assert message.tool_calls[0].function.name == "weather" and "Ulm" in message.tool_calls[0].function.arguments


def openai_responses_answer_whole(world, model):
    response = world.openai.responses.create(model=model, input="Where do rivers end?", instructions="Be brief.")
    assert response.output_text == ANSWER and response.status == "completed", response
    assert response.usage.input_tokens == 20 and response.usage.output_tokens == 9


def openai_responses_stream(world, model):
    tools = [{"type": "function", "name": "weather", "parameters": SCHEMA, "strict": False}]
    with world.openai.responses.stream(model=model, input=ASK, tools=tools) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert kinds[:2] == ["response.created", "response.in_progress"] and kinds[-1] == "response.completed", kinds
    assert final.output_text == ANSWER, final
    calls = [item for item in final.output if item.type == "function_call"]
    assert len(calls) == 1 and calls[0].name == "weather" and "Ulm" in calls[0].arguments, calls


def openai_completions_answer(world, model):
    if model == "via-ollama":
        return  # its own /v1/completions gets these as they are
    answer = world.openai.completions.create(model=model, prompt="Where do rivers end?", max_tokens=99)
    assert answer.choices[0].text == ANSWER, answer


def openai_raises_on_a_busy_server(world, model):
    error = busy(world, model, openai.RateLimitError, lambda: world.openai.chat.completions.create(model=model, messages=ASK))
    assert error.response.headers["retry-after"] == "7" and "slow down" in error.message


TESTS = [
    anthropic_answers_whole,
    anthropic_streams,
    anthropic_streams_a_tool_call,
    anthropic_counts_tokens,
    anthropic_raises_on_a_busy_server,
    ollama_answers_whole,
    ollama_streams,
    ollama_calls_tools,
    ollama_shows_and_lists,
    ollama_raises_on_a_busy_server,
    openai_answers_whole,
    openai_streams_a_tool_call,
    openai_responses_answer_whole,
    openai_responses_stream,
    openai_completions_answer,
    openai_raises_on_a_busy_server,
]


# ---- what does not depend on the server ---------------------------------------------------------


def a_wrong_key_is_an_authentication_error(world):
    suite.raised(anthropic.AuthenticationError, lambda: world.anthropic.with_options(api_key="sk-wrong").messages.create(model="via-openai", max_tokens=9, messages=ASK))


def an_unknown_model_is_not_found(world):
    error = suite.raised(anthropic.NotFoundError, lambda: world.anthropic.messages.create(model="nobody", max_tokens=9, messages=ASK))
    assert error.body["error"]["type"] == "not_found_error", error.body
    assert suite.raised(ollama.ResponseError, lambda: world.ollama.chat(model="nobody", messages=ASK)).status_code == 404


def anthropic_lists_models(world):
    assert {"via-openai", "via-anthropic", "via-ollama"} <= {m.id for m in world.anthropic.models.list()}


def ollama_embeds(world):
    for model in ("via-openai", "via-ollama"):
        assert list(world.ollama.embed(model=model, input="x").embeddings[0]) == [0.5, 1.0]
    assert list(world.ollama.embeddings(model="via-openai", prompt="x").embedding) == [0.5, 1.0]


def ollama_generates(world):
    for model in ("via-openai", "via-anthropic"):
        assert world.ollama.generate(model=model, prompt="x").response == ANSWER
        assert "".join(p.response for p in world.ollama.generate(model=model, prompt="x", stream=True)) == ANSWER


def ollama_shows(world):
    assert world.ollama.show("via-anthropic").capabilities
    assert world.ollama.ps().models == []


def a_response_cannot_be_continued(world):
    error = suite.raised(openai.BadRequestError, lambda: world.openai.responses.create(model="via-anthropic", input="x", previous_response_id="resp_1"))
    assert error.param == "previous_response_id", error.body


ALONE = [
    a_wrong_key_is_an_authentication_error,
    an_unknown_model_is_not_found,
    anthropic_lists_models,
    ollama_embeds,
    ollama_generates,
    ollama_shows,
    a_response_cannot_be_continued,
]


# ---- how it is run -------------------------------------------------------------------------------


def busy(world, model, kind, action):
    server = world.servers[model]
    server.busy = True
    try:
        return suite.raised(kind, action)
    finally:
        server.busy = False


def run(name, test, *arguments):
    try:
        test(*arguments)
        return True
    except Exception:
        print(f"FAILED {name}")
        print("    " + traceback.format_exc(limit=-3).replace("\n", "\n    "))
        return False


def main():
    servers = {name: Scripted(name) for name in ("via-openai", "via-anthropic", "via-ollama")}
    os.environ |= {"ANTHROPIC_BASE_URL": servers["via-anthropic"].url, "ANTHROPIC_API_KEY": "sk-ant-x", "OLLAMA_BASE_URL": servers["via-ollama"].url}

    class Upstream:
        url = servers["via-openai"].url + "/v1"

    results = []
    with tempfile.TemporaryDirectory() as folder:
        carafe, url = suite.start_carafe(folder, Upstream)
        try:
            world = World(servers, url, suite.make_key(url))
            deadline = time.monotonic() + 20  # the catalogue is refreshed in the background
            while time.monotonic() < deadline and len(list(world.openai.models.list())) < 3:
                time.sleep(0.1)
            for model in servers:
                results += [run(f"{test.__name__} over {model}", test, world, model) for test in TESTS]
            results += [run(test.__name__, test, world) for test in ALONE]
        finally:
            carafe.send_signal(signal.SIGTERM)
            try:
                carafe.wait(20)
            except subprocess.TimeoutExpired:
                carafe.kill()
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
