//: about: input, arguments, exit code
//: stdin: 3 4
//: args: a b
//: stdout-is: 7 3 b\n
//: stderr: done
//: exit: 5
#include <stdio.h>
int main(int argc, char **argv) {
    int a, b;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    printf("%d %d %s\n", a + b, argc, argv[2]);
    fputs("done", stderr);
    return 5;
}
