//: about: child processes and worker threads
//: wall-ms: 20000
//: cpu-ms: 20000
//: stdout-is: hi\n42\n
const { execFileSync } = require('child_process');
const { Worker, isMainThread, parentPort } = require('worker_threads');
if (isMainThread) {
  process.stdout.write(execFileSync('echo', ['hi']));
  new Worker(__filename).on('message', (m) => console.log(m));
} else parentPort.postMessage(42);
