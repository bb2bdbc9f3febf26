//: about: a source that keeps the compiler busy for ever
//: wall-ms: 2000
//: status: compile_error|timeout|memory_limit|cpu_limit|output_limit
//: within-ms: 40000
//: cut: any
//: gone: maybe
#include "/dev/zero"
#define A(x) x x x x x x x x x x
int main(void) { A(A(A(A(A(A(A(A(A(;))))))))) }
