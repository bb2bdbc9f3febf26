"""Runs the suite that README.md describes. Part of drive.py."""

import argparse
import os
import pathlib
import re
import time
import traceback

import drive

HERE = pathlib.Path(__file__).resolve().parent
SUFFIXES = {".py": ("python", b"#:"), ".js": ("javascript", b"//:"), ".mjs": ("javascript", b"//:"), ".sh": ("bash", b"#:"), ".c": ("c", b"//:")}
ESCAPES = {"n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}


def unescape(text):
    def one(match):
        code = match[1]
        return bytes([int(code[1:], 16)]).decode("latin-1") if code[0] == "x" else ESCAPES[code].decode()

    escape = r"\\(x[0-9a-fA-F]{2}|[nt0\\])"
    parts = re.split("(" + escape.replace("(x", "(?:x") + ")", text)
    return b"".join(one(m).encode("latin-1") if (m := re.fullmatch(escape, p)) else p.encode() for p in parts)


class Program:
    def __init__(self, path):
        self.path, self.name = path, str(path.relative_to(HERE))
        self.language, mark = SUFFIXES[path.suffix]
        self.source = path.read_bytes()
        self.header = {}
        for line in self.source.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
            if not line.startswith(mark):
                break
            key, _, value = line[len(mark) :].strip().decode().partition(":")
            self.header.setdefault(key.strip(), []).append(value.strip())
        assert "about" in self.header, self.name + " has no header"
        if "repeat" in self.header:
            count, _, text = self.one("repeat").partition(" ")
            self.source = self.source.replace(b"@@", unescape(text) * int(count))

    def one(self, key, default=None):
        return self.header.get(key, [default])[-1]

    def request(self):
        entry = self.one("entry", self.path.name)
        files = {entry: self.source}
        for each in self.header.get("file", []):
            name, _, text = each.partition(" = ")
            files[unescape(name.strip()).decode()] = unescape(text)
        args = self.one("args", "").split()
        cases = [(unescape(c), args) for c in self.header.get("case", [self.one("stdin", "")])]
        numbers = {k.replace("-", "_"): int(self.one(k)) for k in ("wall-ms", "cpu-ms", "memory-mb", "processes", "max-output") if k in self.header}
        safety = {"level": self.one("safety", "off"), "allowed": self.one("allowed", "").split()}
        return drive.request(files, entry, cases=cases, stream=self.one("stream") == "true", safety=safety, **numbers)

    def verify(self, answer):
        """What is wrong with the answer."""
        wrong = []
        if "failed" in self.header:
            return [] if self.one("failed") in (answer["error"] or "") else ["not failed as it should: %r" % answer["error"]]
        if answer["error"]:
            return ["failed: " + answer["error"]]
        if "violations" in self.header:
            found = "; ".join("%d %s" % (v["line"], v["rule"]) for v in answer["violations"] or [])
            return [] if found == self.one("violations") else ["violations: " + found]
        if answer["violations"]:
            return ["violations: %r" % answer["violations"]]
        cases = answer["cases"]
        if len(cases) != len(self.header.get("case", [0])):
            return ["%d results" % len(cases)]
        for number, case in enumerate(cases):
            for key in ("status", "exit", "signal"):
                wanted = [w.strip() for w in self.one(key, "ok" if key == "status" else "any").split(",")]
                want = wanted[number] if len(wanted) > 1 else wanted[0]
                if want != "any" and ("none" if case[key] is None else str(case[key])) not in want.split("|"):
                    wrong.append("case %d: %s %s" % (number, key, case[key]))
            for key in ("stdout", "stderr"):
                wrong += ["case %d: %s has no %r" % (number, key, w) for w in map(unescape, self.header.get(key, [])) if w not in case[key]]
                wrong += ["case %d: %s has %r" % (number, key, w) for w in map(unescape, self.header.get(key + "-not", [])) if w in case[key]]
                if self.one("cut") != "any" and case[key + "_cut"] != (self.one("cut") == key):
                    wrong.append("case %d: %s_cut %s" % (number, key, case[key + "_cut"]))
            if "stdout-is" in self.header and case["stdout"] != unescape(self.one("stdout-is")):
                wrong.append("case %d: stdout %r" % (number, (case["stdout"] + case["stderr"])[:300]))
            if len(case["stdout"]) > int(self.one("stdout-size", 1 << 30)):
                wrong.append("case %d: %d bytes of stdout" % (number, len(case["stdout"])))
        if answer["seconds"] * 1000 > int(self.one("within-ms", 1 << 30)):
            wrong.append("took %d ms" % (answer["seconds"] * 1000))
        return wrong


def host_processes(uid):
    """Command lines of the user's processes on the host."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat("/proc/" + pid).st_uid == uid or re.search(r"^Uid:\s+%d\b" % uid, pathlib.Path("/proc/%s/status" % pid).read_text(), re.M):
                found.append(pid)
        except OSError:
            pass
    return found


class Runner:
    def __init__(self, slot):
        self.slot, self.boxes = slot, {}

    def box(self, language):
        if language not in self.boxes:
            self.boxes[language] = drive.Box(language, self.slot)
        return self.boxes[language]

    def drop(self, language):
        box = self.boxes.pop(language, None)
        if box:
            box.close()

    def check(self, program):
        """What went wrong, as a list of lines."""
        box, gone = self.box(program.language), False
        reused = program.language == "python"
        wrong = []
        try:
            answer = box.run(program.request())
            wrong += program.verify(answer)
        except drive.Gone as e:
            gone = True
            if program.one("gone", "no") == "no":
                wrong.append("the container died: %s" % e)
            answer = None
        except TimeoutError:
            wrong.append("no answer in time")
            self.drop(program.language)
            return wrong
        if not gone and program.one("gone", "no") == "yes":
            wrong.append("the container lives on")
        if box.stderr and not gone:
            wrong.append("the runner wrote to stderr: %r" % box.stderr[:300])
        if not reused or gone:
            self.drop(program.language)
            return wrong + self.left_on_host(0)
        clean = answer["clean"]
        want = program.one("retired", "no")
        if want != "maybe" and clean["clean"] != (want == "no"):
            wrong.append("cleaning: %s" % clean)
        if not clean["clean"]:
            self.drop(program.language)
            wrong += self.left_on_host(0)
        canary = Program(program.path.parent / (program.one("then") + program.path.suffix) if program.one("then") else HERE / "python/canary.py")
        answer = self.box(program.language).run(canary.request())
        wrong += ["then: " + w for w in canary.verify(answer)]
        if not answer["clean"]["clean"]:
            wrong.append("then: cleaning: %s" % answer["clean"])
            self.drop(program.language)
        else:
            wrong += self.left_on_host(2)
        return wrong

    def left_on_host(self, want):
        end = time.monotonic() + 5
        while len(found := host_processes(60000 + self.slot)) != want and time.monotonic() < end:
            time.sleep(0.02)
        return [] if len(found) == want else ["the host has %d processes of the user" % len(found)]


def main(args):
    options = argparse.ArgumentParser(prog="drive.py suite")
    options.add_argument("names", nargs="*", help="parts of file names")
    options.add_argument("--language")
    options.add_argument("--slot", type=int, default=900)
    options = options.parse_args(args)
    programs = [Program(p) for p in sorted(HERE.glob("*/**/*")) if p.suffix in SUFFIXES and p.parent.name != "then" and p.stem != "canary"]
    programs = [p for p in programs if not options.names or any(n in p.name for n in options.names)]
    programs = [p for p in programs if options.language in (None, p.language)]
    runner, failed = Runner(options.slot), 0
    try:
        for program in programs:
            began = time.monotonic()
            try:
                wrong = runner.check(program)
            except Exception:  # the next program still runs
                wrong = [traceback.format_exc()]
                runner.drop(program.language)
            failed += bool(wrong)
            print("%-6s %-52s %6.0f ms" % ("FAILED" if wrong else "ok", program.name, (time.monotonic() - began) * 1000), flush=True)
            for line in wrong:
                print("         " + line[:600])
    finally:
        for language in list(runner.boxes):
            runner.drop(language)
    print("%d programs, %d failed" % (len(programs), failed))
    return 1 if failed else 0
