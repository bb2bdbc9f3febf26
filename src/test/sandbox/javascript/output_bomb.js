//: about: much output ends at the limit
//: status: output_limit
//: cut: stdout
//: stdout-size: 1048576
//: within-ms: 20000
const data = Buffer.alloc(1 << 20, 120);
for (let i = 0; i < 100; i++) require('fs').writeSync(1, data);
