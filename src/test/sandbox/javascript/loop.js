//: about: an endless loop meets the wall limit
//: wall-ms: 800
//: status: timeout
//: stdout-is: before\n
//: within-ms: 20000
console.log('before');
while (true);
