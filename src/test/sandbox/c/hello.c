//: about: the first program
//: wall-ms: 20000
//: stdout-is: Hello, world!\n
//: exit: 0
#include <stdio.h>
int main(void) {
    puts("Hello, world!");
    return 0;
}
