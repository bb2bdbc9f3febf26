//: about: an exit code, and handlers at the end
//: exit: 3
//: stdout-is: bye 3\n
process.on('exit', (code) => console.log('bye', code));
process.exitCode = 3;
