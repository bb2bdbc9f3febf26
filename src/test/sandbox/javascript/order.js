//: about: turns of the event loop are in order
//: stdout-is: sync tick micro timeout\n
setTimeout(() => console.log('timeout'), 5);
Promise.resolve().then(() => process.stdout.write('micro '));
process.nextTick(() => process.stdout.write('tick '));
process.stdout.write('sync ');
