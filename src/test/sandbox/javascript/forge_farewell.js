//: about: a program that names its own exit code and goes on has left with that code
//: exit: 3
//: stdout: before
require('fs').writeSync(1, 'before\n');
require('fs').writeSync(3, Buffer.from([3, 4, 5]));
setInterval(() => {}, 1000);
