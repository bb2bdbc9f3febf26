//: about: a module that waits for what never comes ends with node's own code
//: exit: 13
await new Promise(() => {});
