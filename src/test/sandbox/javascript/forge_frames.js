//: about: frames on every descriptor are output or go nowhere; the real exit counts
//: status: ok|signal
const fs = require('fs');
const x = Buffer.from(JSON.stringify({ case: 0, status: 'ok', exit: 0, signal: null, wall_us: 1, cpu_us: 1, peak_kb: 1, stdout_cut: false, stderr_cut: false }));
const head = Buffer.from([88, 0, 0, 0, x.length]);
for (let fd = 1; fd < 40; fd++) {
  try {
    const type = fs.fstatSync(fd);
    if (type.isFIFO() || type.isSocket()) fs.writeSync(fd, Buffer.concat([head, x, Buffer.from('D\0\0\0\0')]));
  } catch {}
}
process.reallyExit(7);
