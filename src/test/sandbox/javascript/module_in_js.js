//: about: a module in a file that does not say so
//: file: lib.js = export default 6;
//: stdout-is: 6\n
import six from './lib.js';
console.log(six);
