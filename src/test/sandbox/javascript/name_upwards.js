//: about: a name that leads upwards
//: file: ../x = x
//: failed: file name
console.log(1);
