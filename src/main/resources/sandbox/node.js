// Process 1 of a container that runs one JavaScript program: it watches a second node, which is booted and warm before
// the request comes. README.md beside this file has the protocol. A program of the same user could reach into this
// process; the container is thrown away after the run, so all it would forge is the verdict about itself.
'use strict';

if (process.pid !== 1) {
  process.stderr.write('the runner must be process 1 of a PID namespace of its own\n');
  process.exit(1);
}

const { spawn } = require('child_process');
const { EventEmitter } = require('events');
const fs = require('fs');
const path = require('path');
const { PassThrough } = require('stream');

const PROTOCOL = 1;
const MAX_REQUEST = 48 << 20;
const WORK = '/tmp/code';
const INPUT = '/tmp/.stdin';
const AFTER_EXIT_MS = 100; // for output that a left-over process may still hold back
const TICK_MS = 50;
// Listened to, so that node does not end, or open its debugger, when the program sends them.
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT']) process.on(name, () => {});

// ---- the program's process ----------------------------------------------------------------------
// Its text; it shares nothing with this one. It warms what every program needs, reports, waits in a blocking read and
// then starts the entry as `node FILE` would.
function worker() {
  const fs = require('fs');
  const vm = require('vm');
  const util = require('util');
  const Module = require('module');
  const WORK = '/tmp/code';

  try {
    fs.writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // a kernel without it
  }
  // One whole run of a throw-away program on a throw-away console: the loader's and the console's own code is compiled then.
  const warm = '/tmp/.warm/warm.js'; // not beside the program: node remembers which folders have no package.json
  fs.mkdirSync('/tmp/.warm', { recursive: true });
  fs.writeFileSync(warm, 'class A { x = [1, 2].map((n) => n * 2) }\nmodule.exports = new A();\n');
  Module.runMain(warm);
  const { Console } = require('console');
  const { Writable } = require('stream');
  new Console(new Writable({ write: (chunk, encoding, done) => done() })).log('%s', require.cache[warm].exports, 1 + 1, [{}]);
  isModule(warm, fs.readFileSync(warm, 'utf8'));
  delete require.cache[warm];
  const sample = Buffer.from('{"entry":"a.js","args":["a"],"env":{"A":"a"},"heap":0}');
  fs.writeFileSync(warm, Buffer.concat([Buffer.from([0, 0, 0, sample.length]), sample]));
  const fd = fs.openSync(warm);
  Object.assign(process.env, receive(fd).env);
  delete process.env.A;
  fs.closeSync(fd);
  fs.rmSync('/tmp/.warm', { recursive: true });
  process.mainModule = undefined;
  // Else what is still unwritten at process.exit() would be lost, and writeSync would fail on a full pipe.
  for (const stream of [process.stdout, process.stderr]) stream._handle.setBlocking(true);
  for (const stream of [process.stdout, process.stderr]) stream.write('');
  const { setFlagsFromString } = require('v8');
  leaveAtOnce();
  const ready = () => setImmediate(start);
  import('data:text/javascript,export default 1').then(ready, ready);

  function receive(fd) {
    const read = (count) => {
      const data = Buffer.alloc(count);
      for (let at = 0; at < count; ) {
        const got = fs.readSync(fd, data, at, count - at);
        if (got === 0) process.exit(0);
        at += got;
      }
      return data;
    };
    return JSON.parse(read(read(4).readUInt32BE()).toString());
  }

  // Taking V8 apart lasts longer than most programs run: the code is told ahead, and process 1 kills when it has answered.
  // Not where node still has something to say after the event. A program that forges this could as well exit so.
  function leaveAtOnce() {
    const { writeSync } = fs;
    const { emit, pid } = process;
    const { wait } = Atomics;
    const never = new Int32Array(new SharedArrayBuffer(4));
    let uncaught = false;
    process.on('uncaughtExceptionMonitor', () => (uncaught = true));
    Object.defineProperty(process, 'emit', {
      configurable: true,
      writable: true,
      value: function (name, ...values) {
        const heard = Reflect.apply(emit, this, [name, ...values]);
        const code = process.exitCode === undefined ? values[0] : process.exitCode;
        if (name === 'exit' && !uncaught && Number.isInteger(code) && code !== 13 && process.pid === pid) {
          try {
            writeSync(3, Buffer.from([code]));
            wait(never, 0, 0);
          } catch {
            // the program closed the descriptor: it ends the long way
          }
        }
        return heard;
      },
    });
  }

  // Learners write `import` into main.js; node before version 22 then wants to be told that it is a module.
  function isModule(file, source) {
    if (!/\b(import|export|await)\b/.test(source)) return false; // most programs are spared the compiler
    if (!file.endsWith('.js') || fs.existsSync(WORK + '/package.json')) return false;
    try {
      new vm.Script(Module.wrap(source), { filename: file });
      return false;
    } catch (e) {
      return /import statement outside a module|Unexpected token 'export'|import\.meta' outside|await is only valid/.test(e.message);
    }
  }

  function start() {
    fs.writeSync(3, 'r');
    const { entry, args, env, heap } = receive(3);
    const file = WORK + '/' + entry;
    if (isModule(file, fs.readFileSync(file, 'utf8'))) fs.writeFileSync(WORK + '/package.json', '{"type":"module"}');
    if (heap) setFlagsFromString('--max-old-space-size=' + heap);
    process.argv = [process.execPath, file, ...args];
    process.execArgv = [];
    delete process._eval;
    Object.assign(process.env, env);
    for (const name of ['require', 'module', 'exports', '__filename', '__dirname']) delete globalThis[name];
    Error.stackTraceLimit = 10;
    Module.runMain(file);
  }
}

const PROGRAM = '(' + worker + ')()';

function spare() {
  fs.mkdirSync(WORK, { recursive: true });
  const input = fs.openSync(INPUT, 'w+');
  const inherited = fs.openSync(INPUT, 'r');
  fs.unlinkSync(INPUT);
  const child = spawn(process.execPath, ['--max-old-space-size=' + heapMb(Infinity), '-e', PROGRAM], {
    cwd: WORK,
    env: ENVIRONMENT,
    detached: true,
    stdio: [inherited, 'pipe', 'pipe', 'pipe'],
  });
  fs.closeSync(inherited);
  child.input = input;
  child.on('error', (e) => crash('node could not be started: ' + e.message));
  const control = child.stdio[3];
  control.on('error', () => {});
  return new Promise((resolve, reject) => {
    control.once('data', () => resolve(child));
    child.once('exit', () => reject(new Error('no process could be made ready: ' + String(child.stderr.read() || '').slice(0, 300))));
  });
}

// ---- the control group's counters, where they can be read -----------------------------------------

// Looked for and opened once: a file that is not there costs as much as a short program.
function keepOpen(...files) {
  for (const file of files) {
    try {
      return fs.openSync('/sys/fs/cgroup/' + file);
    } catch {
      // the other version of the interface
    }
  }
  return -1;
}

const EVENTS = keepOpen('memory.events', 'memory/memory.oom_control');
const CPU_2 = keepOpen('cpu.stat');
const CPU_1 = CPU_2 < 0 ? keepOpen('cpuacct/cpuacct.usage', 'cpu,cpuacct/cpuacct.usage') : -1;
const COUNTER = Buffer.alloc(4096);

// The number after the label, which stands at the start of a line, and before the unit.
function counter(label, fd, unit = '') {
  if (fd < 0) return NaN;
  const text = '\n' + COUNTER.latin1Slice(0, fs.readSync(fd, COUNTER, 0, COUNTER.length, 0));
  const at = text.indexOf('\n' + label);
  return at < 0 ? NaN : Number(text.slice(at + 1 + label.length, text.indexOf(unit + '\n', at + 1)));
}

const GROUP_MB = counter('', keepOpen('memory.max', 'memory/memory.limit_in_bytes')) / 1048576;
const oomKills = () => counter('oom_kill ', EVENTS);

function cpuMicros() {
  const own = process.cpuUsage();
  return (CPU_2 < 0 ? counter('', CPU_1) / 1000 : counter('usage_usec ', CPU_2)) - own.user - own.system;
}

// What V8 may take: the limit without the two nodes themselves.
function heapMb(limitMb) {
  return Math.max(16, Math.floor(Math.min(limitMb, GROUP_MB > 0 && GROUP_MB < 1 << 30 ? GROUP_MB : 512) - 80));
}

function peakKb(pid, before) {
  let fd = -1;
  try {
    fd = fs.openSync(`/proc/${pid}/status`);
    return Math.max(before, counter('VmHWM:', fd, ' kB') || 0);
  } catch {
    return before;
  } finally {
    if (fd >= 0) fs.closeSync(fd);
  }
}

// ---- talking to the host -----------------------------------------------------------------------------

function send(...frames) {
  const parts = [];
  for (const [kind, value, index] of frames) {
    const payload = Buffer.isBuffer(value) ? value : Buffer.from(value === undefined ? '' : JSON.stringify(value));
    const head = Buffer.alloc(index === undefined ? 5 : 7);
    head.write(kind, 0, 'latin1');
    head.writeUInt32BE(payload.length + head.length - 5, 1);
    if (index !== undefined) head.writeUInt16BE(index, 5);
    parts.push(head, payload);
  }
  const data = Buffer.concat(parts);
  for (let at = 0; at < data.length; ) {
    try {
      at += fs.writeSync(1, data, at);
    } catch (e) {
      if (e.code !== 'EAGAIN') process.exit(0);
    }
  }
}

function crash(text) {
  fs.writeSync(2, text + '\n');
  process.exit(4);
}

// ---- one run -------------------------------------------------------------------------------------------

const FROM_IMAGE = Object.fromEntries(['PATH', 'LD_LIBRARY_PATH'].filter((k) => k in process.env).map((k) => [k, process.env[k]]));
const ENVIRONMENT = { ...FROM_IMAGE, HOME: WORK, LANG: 'C.UTF-8', USER: 'sandbox', LOGNAME: 'sandbox', PWD: WORK };

function killAll() {
  try {
    process.kill(-1, 'SIGKILL');
  } catch {
    // nobody is left
  }
}

function layOut(files) {
  for (const [name, { b64 }] of Object.entries(files)) {
    if (name.includes('\0') || name.split('/').some((p) => p === '' || p === '.' || p === '..')) throw new Error('a file name is not relative and plain');
    const file = path.join(WORK, name);
    if (name.includes('/')) fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, Buffer.from(b64, 'base64'), { flag: 'wx' });
  }
}

// At once, and without the machinery of a stream, whose first use takes longer than the program.
function write(socket, data) {
  let written = 0;
  try {
    written = fs.writeSync(socket._handle.fd, data);
  } catch {
    // its buffer is full, or it has no descriptor
  }
  if (written < data.length) socket.write(data.subarray(written));
}

function runCase(child, request, index) {
  const { stdin = '', args = [] } = request.cases[index];
  fs.writeFileSync(child.input, Buffer.from(stdin, 'base64'));
  fs.closeSync(child.input);
  const start = process.hrtime.bigint();
  const micros = () => Number((process.hrtime.bigint() - start) / 1000n);
  const cpuBefore = cpuMicros();
  const killsBefore = oomKills();
  const left = { O: request.max_output, E: request.max_output };
  const cut = { O: false, E: false };
  let status = null;
  let peak = 0;
  let tail = '';

  const order = Buffer.from(JSON.stringify({ entry: request.entry, args, env: request.env, heap: request.memory_mb ? heapMb(request.memory_mb) : 0 }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(order.length);
  write(child.stdio[3], Buffer.concat([length, order]));

  return new Promise((resolve) => {
    let held = [];
    let seen = 0;
    const stop = (why) => {
      status = status || why;
      killAll();
    };
    const wall = setTimeout(stop, request.wall_ms, 'timeout');
    const tick = setInterval(() => {
      peak = peakKb(child.pid, peak);
      if (cpuMicros() - cpuBefore > request.cpu_ms * 1000) stop('cpu_limit');
    }, TICK_MS);
    setImmediate(() => (peak = peakKb(child.pid, peak)));
    const take = (kind) => (data) => {
      seen += data.length;
      const kept = data.subarray(0, left[kind]);
      left[kind] -= kept.length;
      if (kind === 'E') tail = (tail + kept.toString('latin1')).slice(-4000);
      if (kept.length) held.push([kind, kept, index]);
      if (kept.length < data.length && !cut[kind]) {
        cut[kind] = true;
        stop('output_limit');
      }
      if (request.stream || held.length > 50) {
        send(...held);
        held = [];
      }
    };
    child.stdout.on('data', take('O'));
    child.stderr.on('data', take('E'));
    let code, signal, late;
    let over = false;
    // Once it has told its code all its output is in the pipes: two rounds of the loop that bring nothing have brought all.
    const drained = (before, quiet) => {
      if (over) return;
      if (seen !== before) setImmediate(drained, seen, 0);
      else if (quiet < 2) setImmediate(drained, seen, quiet + 1);
      else end();
    };
    child.stdio[3].on('data', (data) => {
      if (code !== undefined || signal || status !== null) return;
      [code, signal] = [data[0], null];
      drained(seen, 0);
    });
    const end = () => {
      if (over) return;
      over = true;
      clearTimeout(late);
      clearTimeout(wall);
      clearInterval(tick);
      const wallMicros = micros();
      const signals = require('os').constants.signals;
      const outOfHeap = /JavaScript heap out of memory|ERR_WORKER_OUT_OF_MEMORY/.test(tail) && (signal === 'SIGABRT' || signal === 'SIGTRAP' || code !== 0);
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      const limit = status !== null;
      if (!limit && (outOfHeap || (signal === 'SIGKILL' && oomKills() > killsBefore))) status = 'memory_limit';
      held.push(['X', {
        case: index,
        status: status || (signal ? 'signal' : 'ok'),
        exit: limit || signal ? null : code,
        signal: limit || !signal ? null : signals[signal] || 0,
        wall_us: wallMicros,
        cpu_us: Math.max(0, Math.round(cpuMicros() - cpuBefore) || 0),
        peak_kb: peak,
        stdout_cut: cut.O,
        stderr_cut: cut.E,
      }]);
      resolve(held);
    };
    child.once('exit', (c, s) => {
      if (over) return;
      if (code === undefined) [code, signal] = [c, s];
      late = setTimeout(end, AFTER_EXIT_MS);
    });
    child.once('close', end);
  });
}

async function serve(child, request) {
  let held = [];
  try {
    layOut(request.files);
    if (!(request.entry in request.files)) throw new Error('the entry is not among the files');
    for (let index = 0; index < request.cases.length; index++) {
      if (index > 0) {
        killAll();
        for (const name of fs.readdirSync('/tmp')) fs.rmSync('/tmp/' + name, { recursive: true, force: true });
        child = await spare();
        layOut(request.files);
      }
      held.push(...(await runCase(child, request, index)));
      if (request.stream) {
        send(...held);
        held = [];
      }
    }
  } catch (e) {
    held.push(['F', { error: String(e.message).slice(0, 300) }]);
  }
  send(...held, ['D']);
  killAll();
}

// Does once what a run does, with nobody as its program, so that this side's code is compiled, too.
async function warmUp() {
  const request = JSON.parse('{"files":{"a/b.js":{"b64":"MQ=="}},"cases":[{"stdin":"","args":[]}],"env":{},"wall_ms":9999,"cpu_ms":9999,"memory_mb":64,"max_output":9}');
  layOut(request.files);
  fs.rmSync(WORK + '/a', { recursive: true });
  const nobody = new EventEmitter();
  Object.assign(nobody, { pid: process.pid, input: fs.openSync(INPUT, 'w'), stdout: new PassThrough(), stderr: new PassThrough(), stdio: [] });
  nobody.stdio[3] = new PassThrough();
  fs.unlinkSync(INPUT);
  const run = runCase(nobody, request, 0);
  nobody.stdout.write('1');
  send(...(await run).slice(0, 0));
}

// ---- main -------------------------------------------------------------------------------------------------

async function main() {
  send(['H', { protocol: PROTOCOL, language: 'javascript', version: process.versions.node, pid: process.pid, uid: process.getuid() }]);
  const child = await spare();
  await warmUp();
  let data = [];
  let size = 0;
  let busy = false;
  process.stdin.on('data', (part) => {
    if (busy) return;
    data.push(part);
    size += part.length;
    if (size < 8) return;
    const all = data.length === 1 ? data[0] : Buffer.concat(data);
    data = [all];
    const [version, length] = [all.readUInt32BE(0), all.readUInt32BE(4)];
    if (version !== PROTOCOL || length > MAX_REQUEST) {
      busy = true;
      return send(['F', { error: 'the request is of an unknown protocol or too long' }], ['D']);
    }
    if (size < 8 + length) return;
    busy = true;
    let request;
    try {
      request = JSON.parse(all.toString('utf8', 8, 8 + length));
    } catch (e) {
      return send(['F', { error: 'the request is malformed' }], ['D']);
    }
    serve(child, request);
  });
  // The host is gone, or has nothing more for us: so are we.
  for (const event of ['end', 'close', 'error']) process.stdin.on(event, () => process.exit(0));
  send(['R']);
}

main().catch((e) => crash(String(e.message)));
