//: about: required files, folders and JSON
//: file: lib/util.js = exports.add = (a, b) => a + b;
//: file: data.json = {"n": 4}
//: stdout-is: 7 data.json,files.js,lib\n
const { add } = require('./lib/util');
console.log(add(3, require('./data.json').n), require('fs').readdirSync('.').join());
