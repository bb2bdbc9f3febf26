//: about: an error in a module
//: exit: 1
//: stderr: module_error.mjs:5
//: stderr: Error: in module
throw new Error('in module');
