//: about: what was written before process.exit arrives whole
//: exit: 0
//: stdout-size: 900000
//: stdout: last\n
console.log('x'.repeat(800000));
console.log('last');
process.exit();
