//: about: the last listener decides the exit code, and what it prints arrives
//: exit: 9
//: stdout-is: body\nfirst 0\nlast\n
process.on('exit', (code) => {
  console.log('first', code);
  process.exitCode = 8;
});
setTimeout(() => {
  process.on('exit', () => {
    console.log('last');
    process.exitCode = 9;
  });
}, 5);
console.log('body');
