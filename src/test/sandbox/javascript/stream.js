//: about: output as it comes
//: stream: true
//: stdout-is: a\nb\n
console.log('a');
setTimeout(() => console.log('b'), 200);
