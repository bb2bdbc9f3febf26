//: about: several cases
//: wall-ms: 15000
//: case: 1
//: case: 2
//: case: x
//: exit: 0, 0, 4
//: stdout: files cases.js
const fs = require('fs');
const n = Number(fs.readFileSync(0, 'utf8'));
console.log('files', fs.readdirSync('.').join());
fs.writeFileSync('left', 'x');
fs.writeFileSync('/tmp/left', 'x');
if (Number.isNaN(n)) process.exit(4);
