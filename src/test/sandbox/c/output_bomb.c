//: about: endless output
//: wall-ms: 20000
//: cpu-ms: 20000
//: status: output_limit
//: cut: stdout
//: stdout-size: 1048576
#include <stdio.h>
int main(void) {
    for (;;) puts("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}
