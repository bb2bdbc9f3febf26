//: about: the first program
//: stdout-is: Hello, world! true /tmp/code/hello.js\n
//: exit: 0
console.log('Hello, world!', require.main === module, __filename);
