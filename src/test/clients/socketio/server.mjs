// The server of the tests as a process that can be stopped and started again, and clients that clean up after themselves.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { io } from 'socket.io-client';

export const PATH = '/ws/socket.io';

async function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export class Server {
  #process;
  #clients = new Set();

  async start({ pingInterval = 25_000, pingTimeout = 20_000 } = {}) {
    this.port ??= await freePort();
    const { JAVA, CARAFE_JAR, TEST_CLASSES } = process.env;
    this.#process = spawn(
      JAVA,
      ['-XX:+UseSerialGC', '-Xmx176m', '-cp', `${TEST_CLASSES}:${CARAFE_JAR}`,
        'carafe.platform.realtime.socketio.SocketServer', this.port, pingInterval, pingTimeout].map(String),
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await new Promise((resolve, reject) => {
      this.#process.stdout.on('data', (text) => String(text).includes('ready') && resolve());
      this.#process.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    });
    return this;
  }

  /** Ends the process and waits for that. */
  async stop(signal = 'SIGTERM') {
    if (!this.running) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill(signal);
    await ended;
  }

  get running() {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** A client, not yet connected. */
  client(options = {}) {
    const socket = io(this.url, { path: PATH, forceNew: true, reconnectionDelay: 100, reconnectionDelayMax: 300, timeout: 60_000, ...options });
    this.#clients.add(socket);
    return socket;
  }

  /** A connected client. */
  async connect(options = {}) {
    const socket = this.client(options);
    await once(socket, 'connect');
    return socket;
  }

  closeClients() {
    this.#clients.forEach((socket) => socket.close());
    this.#clients.clear();
  }
}

/** The arguments of the next `event`. */
export function once(emitter, event, ms = 60_000) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no '${event}' within ${ms} ms`)), ms);
    emitter.once(event, (...args) => {
      clearTimeout(timer);
      resolve(args);
    });
    if (event === 'connect') {
      emitter.once('connect_error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
    }
  });
}

/** Sends and waits for the acknowledgement. */
export const ask = (socket, ...args) => socket.timeout(60_000).emitWithAck(...args);

/** Asks again and again until `check` is content. */
export async function until(question, check, ms = 60_000) {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = await question();
    if (check(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
