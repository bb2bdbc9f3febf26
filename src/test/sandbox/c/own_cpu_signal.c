//: about: the signal of the CPU limit, sent by the program to itself, is no CPU limit
//: status: signal
//: signal: 24
#include <signal.h>
int main(void) { return raise(SIGXCPU); }
