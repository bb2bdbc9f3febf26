//: about: a syntax error
//: exit: 1
//: stderr: /tmp/code/syntax_error.js:6
//: stderr: SyntaxError
let x = 1;
if (x { }
