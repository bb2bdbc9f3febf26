//: about: compiled once, several cases
//: wall-ms: 10000
//: case: 1
//: case: 2
//: case: 3
//: exit: 1, 2, 3
#include <stdio.h>
int main(void) {
    int n = 0;
    scanf("%d", &n);
    return n;
}
