//: about: signals to process 1 and to all
//: stdout-is: still here\n
//: exit: 0
for (let n = 1; n < 32; n++) {
  try {
    if (n !== 9 && n !== 19) process.on(require('util').inspect(Object.keys(require('os').constants.signals)[n - 1]).slice(1, -1), () => {});
  } catch {}
  try {
    process.kill(1, n);
  } catch {}
}
setTimeout(() => {
  console.log('still here');
  process.exit(0);
}, 300);
