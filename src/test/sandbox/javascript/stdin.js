//: about: standard input in all three ways
//: stdin: 1 2\n3 ä
//: stdout-is: 1 2\n3 ä|1 2\n3 ä|1 2;3 ä;\n
const fs = require('fs');
process.stdout.write(fs.readFileSync('/dev/stdin', 'utf8') + '|' + fs.readFileSync(fs.openSync('/dev/stdin'), 'utf8') + '|');
require('readline').createInterface({ input: process.stdin }).on('line', (l) => process.stdout.write(l + ';')).on('close', () => console.log());
