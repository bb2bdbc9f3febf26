//: about: growing outside of the heap
//: wall-ms: 20000
//: cpu-ms: 20000
//: status: memory_limit|ok
//: gone: maybe
const kept = [];
while (true) kept.push(Buffer.alloc(1 << 22, 1));
