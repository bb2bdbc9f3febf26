"""Answers questions one after another with llama-cpp-python; prints tokens and seconds of all together.

llama_peer.py FILE TOKENS QUESTION...
"""
import sys
import time

import llama_cpp

# some builds crash on machines with matrix units unless these buffers are off
defaults = llama_cpp.llama_model_default_params


def params():
    made = defaults()
    if hasattr(made, "use_extra_bufts"):
        made.use_extra_bufts = False
    return made


llama_cpp.llama_model_default_params = params
llama_cpp.llama_cpp.llama_model_default_params = params

model = llama_cpp.Llama(sys.argv[1], n_ctx=4096, n_threads=2, verbose=False)
limit = int(sys.argv[2])


def ask(question, tokens):
    answer = model.create_chat_completion(
        [{"role": "user", "content": question}], max_tokens=tokens, temperature=0
    )
    return answer["usage"]["completion_tokens"]


ask("Hello!", 4)
start = time.monotonic()
written = sum(ask(question, limit) for question in sys.argv[3:])
print(written, time.monotonic() - start)
