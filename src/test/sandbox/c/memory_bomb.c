//: about: growing without end
//: wall-ms: 20000
//: cpu-ms: 20000
//: status: memory_limit
#include <stdlib.h>
#include <string.h>
int main(void) {
    for (;;) {
        char *p = malloc(1 << 20);
        memset(p, 1, 1 << 20);
    }
}
