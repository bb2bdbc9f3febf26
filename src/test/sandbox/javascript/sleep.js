//: about: waiting meets the wall limit
//: wall-ms: 600
//: status: timeout
//: within-ms: 20000
setTimeout(() => {}, 60000);
