//: about: the compiler refuses
//: status: compile_error
//: stderr: compile_error.c:4:
int main(void) { return x; }
