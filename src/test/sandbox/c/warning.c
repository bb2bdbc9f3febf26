//: about: a warning is shown and the program runs
//: stdout-is: ok\n
//: exit: 0
//: stderr: warning: unused variable
#include <stdio.h>
int main(void) {
    int x;
    puts("ok");
}
