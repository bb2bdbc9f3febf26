//: about: a fork bomb
//: wall-ms: 2000
//: within-ms: 30000
//: status: timeout|ok|signal|memory_limit
//: gone: maybe
const { spawn } = require('child_process');
setInterval(() => {
  try {
    spawn(process.execPath, [__filename], { detached: true, stdio: 'ignore' }).on('error', () => {});
  } catch {}
}, 1);
