//: about: all output that was written before an exit arrives, in full
//: exit: 2
//: stdout: the end of output
//: stderr: the end of errors
for (let i = 0; i < 9000; i++) console.log(String(i).padStart(99, '.'));
console.error('the end of errors');
console.log('the end of output');
process.exit(2);
