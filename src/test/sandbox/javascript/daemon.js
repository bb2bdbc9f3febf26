//: about: a process that stays is not waited for
//: within-ms: 20000
//: stdout-is: main\n
//: exit: 0
require('child_process').spawn('sleep', ['100'], { detached: true, stdio: 'inherit' }).unref();
console.log('main');
