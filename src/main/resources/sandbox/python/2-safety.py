# ---- the safety check: a lint on the syntax tree, not the wall ----------------------------------

MAX_NESTING, MAX_LOOPS, MAX_FUNCTIONS, MAX_FINDINGS = 5, 10, 20, 100
BUILTIN_CALLS = {"eval", "exec", "compile", "__import__"}
BASIC_NAMES = {
    "os": """system popen fork forkpty kill killpg execl execle execlp execlpe execv execve execvp execvpe posix_spawn
    posix_spawnp spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe""".split(),
    "subprocess": "*",
    "pty": ["spawn", "fork"],
}
STRICT_NAMES = {"os": "*", "subprocess": "*", "sys": "*", "pty": "*", "ctypes": "*", "socket": "*", "multiprocessing": "*",
                "shutil": "*", "importlib": "*", "signal": "*", "resource": "*", "_thread": "*", "posix": "*"}  # fmt: skip
STRICT_HARMLESS = {"os.path", "os.sep", "os.linesep", "os.name", "os.getcwd", "sys.exit", "sys.stdin", "sys.stdout", "sys.stderr",
                   "sys.argv", "sys.maxsize", "sys.float_info", "sys.version", "sys.version_info", "sys.getsizeof", "sys.byteorder",
                   "sys.getrecursionlimit", "sys.setrecursionlimit", "sys.platform", "sys.set_int_max_str_digits"}  # fmt: skip
STRICT_ATTRIBUTES = """__subclasses__ __globals__ __builtins__ __code__ __bases__ __base__ __mro__ __closure__ __loader__
__getattribute__ __reduce__ __reduce_ex__ gi_frame f_globals f_back f_builtins tb_frame""".split()
LOOPS = (ast.For, ast.AsyncFor, ast.While)
BLOCKS = LOOPS + (ast.If, ast.With, ast.AsyncWith, ast.Try) + tuple(getattr(ast, n) for n in ("TryStar", "Match") if hasattr(ast, n))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BINDING = FUNCTIONS + (ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.arg)
# Nodes that bind a name which they hold as a text, and under which attribute.
NAMING = {"ExceptHandler": "name", "MatchAs": "name", "MatchStar": "name", "MatchMapping": "rest"}


class Finder:
    """Finds in one file what the level forbids; names are followed through imports and plain aliases."""

    def __init__(self, name, source, strict, allowed, shown):
        self.strict, self.allowed, self.shown, self.found = strict, allowed, shown, []
        self.lines = source.split(b"\n")
        self.names, self.own, self.methods = {}, set(), set()
        try:
            self.tree = compile(source, name, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        except SyntaxError as e:
            self.tree = None
            self.add(e.lineno or self.line_of_zero(source), max(e.offset or 1, 1), "syntax", e.msg)
        except (ValueError, RecursionError, MemoryError, OverflowError) as e:
            self.tree = None
            self.add(self.line_of_zero(source), 1, "syntax", str(e) or "too deeply nested for the parser")

    @staticmethod
    def line_of_zero(source):
        """The line of the first zero byte, which the parser does not tell."""
        return source.count(b"\n", 0, max(0, source.find(b"\0"))) + 1

    def add(self, line, column, rule, message):
        name = rule.rpartition(" ")[2]
        parts = name.split(".")
        if len(self.found) < MAX_FINDINGS and not any(".".join(parts[: n + 1]) in self.allowed for n in range(len(parts))):
            self.found.append({"line": line, "column": column, "rule": rule, "message": self.shown + message})

    def at(self, node, rule, message):
        line = self.lines[node.lineno - 1] if node.lineno <= len(self.lines) else b""
        self.add(node.lineno, len(line[: node.col_offset].decode("utf-8", "replace")) + 1, rule, message)

    def bind(self, node):
        """Learns what a name stands for from imports and aliases, or that it is the program's own."""
        if isinstance(node, ast.Import):
            for a in node.names:
                self.names[a.asname or a.name.split(".")[0]] = a.name if a.asname else a.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            for a in node.names:
                if not node.level:
                    self.names[a.asname or a.name] = (node.module or "") + "." + a.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            meaning = self.meaning(node.value) if node.value is not None else None
            for t in targets:
                if isinstance(t, ast.Name) and meaning:
                    self.names.setdefault(t.id, meaning)
                elif isinstance(t, (ast.Tuple, ast.List)) and isinstance(node.value, (ast.Tuple, ast.List)) and len(t.elts) == len(node.value.elts):
                    for one, value in zip(t.elts, node.value.elts):
                        meaning_of_one = self.meaning(value)
                        if isinstance(one, ast.Name) and meaning_of_one:
                            self.names.setdefault(one.id, meaning_of_one)
        elif isinstance(node, FUNCTIONS + (ast.ClassDef,)) and id(node) not in self.methods:
            self.own.add(node.name)
        elif isinstance(node, ast.arg):
            self.own.add(node.arg)

    def meaning(self, node):
        """The dotted name that an expression stands for, or None."""
        tail = []
        while True:
            if isinstance(node, ast.Attribute):
                tail.append(node.attr)
                node = node.value
            elif isinstance(node, ast.Subscript):
                name = node.slice.value if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) else None
                table = self.meaning(node.value) if name and not isinstance(node.value, ast.Subscript) else None
                if table == "sys.modules":
                    return ".".join([name, *reversed(tail)])
                if not table or not table.endswith(".__dict__") and table != "builtins":
                    return None
                return ".".join([table.removesuffix(".__dict__"), name, *reversed(tail)])
            elif isinstance(node, ast.Call):
                called, first = self.meaning(node.func), node.args[0] if node.args else None
                text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
                if called in ("builtins.__import__", "importlib.import_module", "importlib.__import__") and text:
                    return ".".join([text, *reversed(tail)])
                if called == "builtins.vars" and first is not None and (module := self.meaning(first)):
                    return ".".join([module, "__dict__", *reversed(tail)])
                if called == "builtins.getattr" and len(node.args) > 1:
                    name = node.args[1]
                    if isinstance(name, ast.Constant) and isinstance(name.value, str):
                        tail.append(name.value)
                        node = first
                        continue
                return None
            else:
                break
        if not isinstance(node, ast.Name):
            return None
        root = self.names.get(node.id)
        if root is None and node.id not in self.own:
            root = "builtins" if node.id == "__builtins__" else "builtins." + node.id
        return ".".join([root, *reversed(tail)]) if root else None

    def forbidden(self, meaning):
        """The rule that a dotted name breaks, or None."""
        root, _, rest = meaning.partition(".")
        first = rest.partition(".")[0]
        if root == "builtins":
            return "call " + first if first in BUILTIN_CALLS or (self.strict and first == "open") else None
        if root in ("posix", "nt"):
            root = "os"
        table = STRICT_NAMES if self.strict else BASIC_NAMES
        names = table.get(root)
        if names is None or not first or (names != "*" and first not in names):
            return None
        if self.strict and (root + "." + first in STRICT_HARMLESS or root + "." + rest in STRICT_HARMLESS):
            return None
        return "call " + root + "." + first

    def run(self):
        if self.tree is None:
            return self.found
        nodes = list(ast.walk(self.tree))
        for n in nodes:
            if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load):
                self.own.add(n.id)
            elif isinstance(n, ast.ClassDef):
                self.methods.update(map(id, n.body))
            elif type(n).__name__ in NAMING:
                self.own.add(getattr(n, NAMING[type(n).__name__]))
        binding = [n for n in nodes if isinstance(n, BINDING)]
        for _ in range(3):  # an alias of an alias of an alias
            for n in binding:
                self.bind(n)
        self.uses(nodes)
        if self.strict:
            self.complexity()
        self.found.sort(key=lambda v: (v["line"], v["column"], v["rule"]))
        return self.found

    def uses(self, nodes):
        inner = {id(n.value) for n in nodes if isinstance(n, ast.Attribute)}
        for n in nodes:
            if isinstance(n, (ast.Attribute, ast.Name, ast.Call, ast.Subscript)) and id(n) not in inner and isinstance(getattr(n, "ctx", None), (ast.Load, type(None))):
                meaning = self.meaning(n)
                rule = self.forbidden(meaning) if meaning else None
                if rule:
                    self.at(n, rule, rule[5:] + "() is not allowed here")
            if isinstance(n, ast.ImportFrom) and not n.level:
                for a in n.names:
                    rule = self.forbidden((n.module or "") + "." + ("*" if a.name == "*" else a.name))
                    if rule or (a.name == "*" and n.module in BASIC_NAMES):
                        self.at(a if hasattr(a, "lineno") else n, rule or "import " + n.module, "importing " + a.name + " from " + str(n.module) + " is not allowed here")
            if self.strict and isinstance(n, ast.Attribute) and n.attr in STRICT_ATTRIBUTES:
                self.at(n, "attribute " + n.attr, "the attribute " + n.attr + " is not allowed here")

    def complexity(self):
        loops = functions = 0
        deep = False
        todo = [(self.tree, 0)]
        while todo:
            node, depth = todo.pop()
            if isinstance(node, LOOPS):
                loops += 1
                if loops == MAX_LOOPS + 1:
                    self.at(node, "loops", "more than %d loops" % MAX_LOOPS)
            if isinstance(node, FUNCTIONS):
                functions += 1
                if functions == MAX_FUNCTIONS + 1:
                    self.at(node, "functions", "more than %d functions" % MAX_FUNCTIONS)
            if isinstance(node, BLOCKS):
                depth += 1
                if depth > MAX_NESTING and not deep:
                    deep = True
                    self.at(node, "nesting", "blocks nested more than %d deep" % MAX_NESTING)
            for child in reversed(list(ast.iter_child_nodes(node))):
                # "elif" is an If in the else branch of another, in the same column: not deeper for a reader
                same = isinstance(node, ast.If) and isinstance(child, ast.If) and child in node.orelse and child.col_offset == node.col_offset
                todo.append((child, depth - 1 if same else depth))


def check(request, entry):
    """Violations of all Python files of the request; none when the level is off."""
    level = request["safety"]["level"]
    found = []
    for name in sorted(request["files"], key=lambda n: n != entry):
        if name == entry or name.endswith(".py"):
            finder = Finder(name, request["files"][name], level == "strict", set(request["safety"]["allowed"]), "" if name == entry else name + ": ")
            try:
                found += finder.run()
            except RecursionError:
                finder.add(1, 1, "syntax", "too deeply nested to be checked")
                found += finder.found
    return found[:MAX_FINDINGS]
