//: about: an error in an exit listener is told like any other
//: stderr: at the very end
//: exit: 7|1
process.on('exit', () => {
  throw new Error('at the very end');
});
