# Runs one test of an exercise beside the learner's module: "call" evaluates an expression, "code" runs a file of tests.
# Nothing that is expected comes in here; what comes out is compared by the server. So this process need not be trusted:
# a program that forges the answer would have to know it. Arguments: mode, mark, module, expression or file.
import sys

mode, mark, module, what = sys.argv[1:5]
folder = sys.path.pop(0)  # a learner's json.py is not ours
import json
import math
import os

sys.path.insert(0, folder)
sys.argv = [module + ".py"]
MOST = 65536


def plain(value, depth=0):
    if depth > 40:
        return {"__repr__": "…"}
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"__float__": repr(float(value))}
    if isinstance(value, (list, tuple)):
        return [plain(one, depth + 1) for one in value]
    if isinstance(value, (set, frozenset)):
        try:
            ordered = sorted(value)
        except TypeError:
            ordered = sorted(value, key=repr)
        return [plain(one, depth + 1) for one in ordered]
    if isinstance(value, dict):
        return {key if isinstance(key, str) else repr(key): plain(one, depth + 1) for key, one in value.items()}
    return {"__repr__": repr(value)[:1000]}


def tell(answer):
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    text = json.dumps(answer)
    if len(text) > MOST:
        text = json.dumps({"large": len(text)})
    data = ("\x1e" + mark + text + "\x1e").encode()
    while data:
        data = data[os.write(1, data) :]


def own(trace):
    """Without the frames of this file and of the import machinery."""
    while trace is not None and (
        trace.tb_frame.f_code.co_filename == __file__ or "importlib" in trace.tb_frame.f_code.co_filename
    ):
        trace = trace.tb_next
    return trace


def told(error):
    import traceback  # only where something failed: most runs do without

    lines = traceback.format_exception(type(error), error, own(error.__traceback__))
    return "".join(lines)[-4000:]


def imported(name):
    """As import does it, without the search: that takes longer than most tests."""
    path = folder + "/" + name + ".py"
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError:
        import importlib

        return importlib.import_module(name)
    found = sys.modules[name] = type(sys)(name)
    found.__file__ = path
    exec(compile(source, path, "exec", dont_inherit=True), found.__dict__)
    return found


def load(name):
    try:
        return imported(name)
    except BaseException as error:
        if isinstance(error, SystemExit):
            tell({"ended": "the program ended itself with exit() while it was loaded"})
        else:
            print(told(error), file=sys.stderr)
            tell({"broken": type(error).__name__, "message": str(error)[:1000]})
        os._exit(0)


def call():
    namespace = load(module).__dict__
    try:
        value = eval(compile(what, "<test>", "eval"), namespace)
    except BaseException as error:
        print(told(error), file=sys.stderr)
        kinds = [kind.__name__ for kind in type(error).__mro__]
        tell({"raised": kinds, "message": str(error)[:1000]})
        return
    try:
        tell({"value": plain(value), "repr": repr(value)[:2000]})
    except BaseException as error:  # a __repr__ of the learner's own
        tell({"raised": [type(error).__name__], "message": str(error)[:1000]})


def said(error):
    text = str(error).strip()
    if isinstance(error, AssertionError):
        if text:
            return text[:2000]
        import traceback

        last = traceback.extract_tb(error.__traceback__)[-1]
        return "this does not hold: " + (last.line or "assert")
    return (type(error).__name__ + ": " + text)[:2000]


def code():
    import unittest

    tests = load(what)
    found = []
    for name, value in list(vars(tests).items()):
        if isinstance(value, type) and issubclass(value, unittest.TestCase):
            for method in unittest.defaultTestLoader.getTestCaseNames(value):
                found.append((method, value(method)))
        elif name.startswith("test") and callable(value) and not isinstance(value, type):
            found.append((name, value))
    results = []
    for name, test in found:
        status, message = "pass", ""
        try:
            if isinstance(test, unittest.TestCase):
                result = unittest.TestResult()
                failed = []
                result.addFailure = lambda _, info: failed.append(("fail", info[1]))
                result.addError = lambda _, info: failed.append(("error", info[1]))
                result.addSubTest = lambda _, __, info: info and failed.append(("fail", info[1]))
                test.run(result)
                if failed:
                    status, message = failed[0][0], said(failed[0][1])
            else:
                test()
        except AssertionError as error:
            status, message = "fail", said(error)
        except BaseException as error:
            status, message = "error", said(error)
        results.append({"name": name, "status": status, "message": message})
    tell({"tests": results})


call() if mode == "call" else code()
