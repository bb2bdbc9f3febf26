// Carafe's sockets as the official JavaScript client of Socket.IO sees them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Server, ask, once, until } from './server.mjs';

const TRANSPORTS = [['websocket'], ['polling'], ['polling', 'websocket'], ['websocket', 'polling']];
const server = new Server();
const tests = [];
const test = (name, body) => tests.push({ name, body });

for (const transports of TRANSPORTS) {
  const named = (name) => `${transports.join('+')}: ${name}`;
  const connect = (options = {}) => server.connect({ transports, ...options });

  test(named('connects with an id of its own'), async () => {
    const first = await connect();
    const second = await connect();
    assert.match(first.id, /^[\w-]{20}$/);
    assert.notEqual(first.id, second.id);
    assert.notEqual(first.id, first.io.engine.id);
  });

  test(named('a good token opens what strangers do not get'), async () => {
    assert.equal(await ask(await connect({ auth: { token: 'token of ann' } }), 'mine'), 'yours');
    for (const auth of [undefined, {}, { token: 'token of nobody' }, { token: 7 }, { token: null }]) {
      assert.equal(await ask(await connect({ auth }), 'mine'), undefined);
    }
  });

  test(named('acknowledgements both ways'), async () => {
    const socket = await connect();
    assert.deepEqual(await ask(socket, 'echo', { a: [1, null, true, 'x'] }), { a: [1, null, true, 'x'] });
    socket.on('question', (text, answer) => answer({ to: text }));
    await ask(socket, 'join', 'answers');
    socket.emit('ask-me', 'why?');
    assert.deepEqual(await once(socket, 'answered'), [{ to: 'why?' }]);
  });

  test(named('a question that stays open times out'), async () => {
    const socket = await connect();
    await ask(socket, 'join', 'answers');
    socket.emit('ask-me', 'why?');
    assert.deepEqual(await once(socket, 'unanswered'), ['TimedOut']);
  });

  test(named('events stay in order'), async () => {
    const socket = await connect();
    const back = [];
    const last = new Promise((resolve) => socket.on('back', (n) => { back.push(n); if (n === 499) resolve(); }));
    for (let n = 0; n < 500; n++) socket.emit('send-back', n);
    await last;
    assert.deepEqual(back, [...Array(500).keys()]);
  });

  test(named('rooms reach their members but not the one who speaks'), async () => {
    const [one, two, outside] = [await connect(), await connect(), await connect()];
    const heard = [];
    one.on('told', (text) => heard.push(`one ${text}`));
    outside.on('told', (text) => heard.push(`outside ${text}`));
    await ask(one, 'join', 'hall');
    await ask(two, 'join', 'hall');
    one.emit('tell', { room: 'hall', text: 'hello' });
    assert.deepEqual(await once(two, 'told'), ['hello']);
    await ask(one, 'echo', 1);
    await ask(outside, 'echo', 1);
    assert.deepEqual(heard, []);
  });

  test(named('bytes both ways'), async () => {
    const socket = await connect();
    const bytes = Buffer.from([0, 1, 2, 0x1e, 255]);
    const answer = await ask(socket, 'echo', { name: 'x', parts: [bytes, { deep: bytes }] });
    assert.deepEqual(answer.parts.map((part) => Buffer.from(part.deep ?? part)), [bytes, bytes]);
  });

  test(named('every kind of text'), async () => {
    const socket = await connect();
    for (const text of ['', 'ä', '河流入海', '😀👩‍👩‍👧', '\u0000\u001e\u2028', 'lone \ud83d half', '\udc00', '"\\', '</script>']) {
      assert.equal(await ask(socket, 'echo', text), text);
    }
  });

  test(named('a megabyte'), async () => {
    const socket = await connect({ auth: { token: 'token of ann' } });
    const text = 'ö'.repeat(200_000) + 'x'.repeat(600_000);
    assert.equal(await ask(socket, 'echo', text), text);
  });

  test(named('a client that leaves has left'), async () => {
    const socket = await connect();
    const other = await connect();
    await ask(socket, 'join', 'leavers');
    socket.disconnect();
    await until(() => ask(other, 'listeners', 'leavers'), (n) => n === 0);
  });

  test(named('comes back after the server was started anew'), async () => {
    const socket = await connect({ auth: { token: 'token of ann' } });
    const before = socket.id;
    const gone = once(socket, 'disconnect');
    await server.stop();
    assert.match((await gone)[0], /transport (close|error)/);
    const back = new Promise((resolve) => socket.once('connect', resolve));
    await server.start();
    await back;
    assert.notEqual(socket.id, before);
    assert.equal(await ask(socket, 'mine'), 'yours');
  });
}

test('polling becomes a WebSocket and loses nothing on the way', async () => {
  const socket = await server.connect({ transports: ['polling', 'websocket'] });
  const upgraded = new Promise((resolve) => {
    if (socket.io.engine.transport.name === 'websocket') resolve();
    socket.io.engine.once('upgrade', resolve);
  });
  const answers = [];
  for (let n = 0; n < 200; n++) answers.push(ask(socket, 'echo', n));
  await upgraded;
  for (let n = 200; n < 300; n++) answers.push(ask(socket, 'echo', n));
  assert.deepEqual(await Promise.all(answers), [...Array(300).keys()]);
  assert.equal(socket.io.engine.transport.name, 'websocket');
});

test('a stop in the middle of an upgrade is noticed at once', async () => {
  const sockets = [...Array(40)].map(() => server.client({ transports: ['polling', 'websocket'] }));
  const open = await Promise.all(sockets.map((socket) => once(socket.io, 'open').then(() => socket)));
  const gone = open.map((socket) => once(socket.io, 'close'));
  await server.stop();
  for (const [reason] of await Promise.all(gone)) assert.match(reason, /transport (close|error)/);
  const back = sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve)));
  await server.start();
  await Promise.all(back);
});

test('a namespace that is not there is refused by name', async () => {
  const socket = server.client({ transports: ['websocket'] });
  await once(socket, 'connect');
  const other = socket.io.socket('/admin');
  other.connect();
  const [error] = await once(other, 'connect_error');
  assert.equal(error.message, 'Invalid namespace');
  assert.equal(await ask(socket, 'echo', 1), 1);
});

test('a token that is taken back makes a stranger of the socket', async () => {
  const socket = await server.connect({ transports: ['websocket'], auth: { token: 'token of bob' } });
  assert.equal(await ask(socket, 'mine'), 'yours');
  await ask(socket, 'revoke', 'bob');
  await until(() => ask(socket, 'mine'), (answer) => answer === undefined);
  assert.equal(await ask(socket, 'listeners', 'user:bob'), 0);
  assert.equal(socket.connected, true);
});

test('garbage ends the session that sent it, which comes back', async () => {
  for (const transports of [['websocket'], ['polling']]) {
    const socket = await server.connect({ transports });
    const other = await server.connect({ transports });
    const gone = once(socket, 'disconnect');
    const back = gone.then(() => once(socket, 'connect'));
    socket.io.engine.write('2["broken');
    await gone;
    await back;
    assert.equal(await ask(socket, 'echo', 1), 1);
    assert.equal(await ask(other, 'echo', 1), 1);
  }
});

test('a slow reader is cut off, the others are not, and it comes back', async () => {
  const slow = await server.connect({ transports: ['websocket'] });
  const other = await server.connect({ transports: ['websocket'] });
  await ask(slow, 'join', 'slow');
  slow.io.engine.transport.ws._socket.pause();
  const gone = once(slow, 'disconnect', 60_000);
  const tcp = slow.io.engine.transport.ws._socket;
  slow.emit('flood', { size: 100_000, count: 400 });
  await until(() => ask(other, 'listeners', 'slow'), (n) => n === 0);
  tcp.resume();
  await gone;
  await once(slow, 'connect');
  assert.equal(await ask(slow, 'echo', 1), 1);
});

test('a client that is killed is forgotten', async () => {
  const watcher = await server.connect({ transports: ['websocket'] });
  for (const transport of ['websocket', 'polling']) {
    const room = `killed ${transport}`;
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'join', server.url, transport, room]);
    await until(() => ask(watcher, 'listeners', room), (n) => n === 1);
    child.kill('SIGKILL');
    await until(() => ask(watcher, 'listeners', room), (n) => n === 0, 60_000);
  }
});

test('a thousand idle sockets, all of which hear their room', async () => {
  const sockets = await Promise.all([...Array(1000)].map(() => server.connect({ transports: ['websocket'] })));
  const joined = await Promise.all(sockets.map((socket) => ask(socket, 'join', 'thousand')));
  assert.equal(Math.max(...joined), 1000);
  const heard = Promise.all(sockets.slice(1).map((socket) => once(socket, 'told')));
  sockets[0].emit('tell', { room: 'thousand', text: 'all' });
  assert.equal((await heard).filter(([text]) => text === 'all').length, 999);
});

// ---- run -----------------------------------------------------------------------------------------

if (process.argv[2] === 'join') {
  // the child that will be killed
  const { io } = await import('socket.io-client');
  const [url, transport, room] = process.argv.slice(3);
  const socket = io(url, { path: '/ws/socket.io', transports: [transport] });
  socket.on('connect', () => socket.emit('join', room));
} else {
  const only = process.env.ONLY ?? '';
  let passed = 0;
  let failed = 0;
  // short pings, so that whoever is killed while it polls is noticed within seconds
  const start = server.start.bind(server);
  server.start = () => start({ pingInterval: 3_000, pingTimeout: 10_000 });
  await server.start();
  for (const { name, body } of tests.filter((t) => t.name.includes(only))) {
    try {
      await body();
      passed++;
    } catch (error) {
      failed++;
      console.log(`FAILED ${name}\n    ${String(error.stack ?? error).replaceAll('\n', '\n    ')}`);
    }
    server.closeClients();
    if (!server.running) await server.start(); // a test that failed before it did so must not take the others with it
  }
  await server.stop();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}
