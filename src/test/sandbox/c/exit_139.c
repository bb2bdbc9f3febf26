//: about: an exit code that looks like a signal
//: status: ok
//: exit: 139
int main(void) { return 139; }
