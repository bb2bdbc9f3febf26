//: about: a wild pointer
//: status: signal
//: signal: 11
//: exit: none
//: stderr-not: xecut
int main(void) {
    volatile int *p = 0;
    return *p;
}
