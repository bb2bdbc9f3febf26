//: about: a promise that nobody catches
//: exit: 1
//: stdout-is: before\n
//: stderr: Error: rejected
console.log('before');
Promise.reject(new Error('rejected'));
setTimeout(() => console.log('never'), 1000);
