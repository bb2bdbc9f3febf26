//: about: an uncaught error names file and line
//: exit: 1
//: stderr: /tmp/code/error.js:7
//: stderr: TypeError: Cannot read properties of null
//: stderr: at f (/tmp/code/error.js:7:
function f() {
  return null.x;
}
f();
