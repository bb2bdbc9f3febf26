//: about: and the CPU limit
//: wall-ms: 20000
//: cpu-ms: 500
//: status: cpu_limit
while (true);
