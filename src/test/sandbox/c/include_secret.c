//: about: files of the runner read by the compiler are nothing new
//: status: compile_error
//: stderr-not: root:
#include "/etc/shadow"
int main(void) {}
