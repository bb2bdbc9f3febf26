//: about: growing without end
//: wall-ms: 20000
//: cpu-ms: 20000
//: status: memory_limit
//: gone: maybe
const kept = [];
while (true) kept.push(new Array(100000).fill(kept.length));
