//: about: without its way to tell the code a program ends the long way
//: exit: 5
const fs = require('fs');
fs.closeSync(3);
process.exitCode = 5;
