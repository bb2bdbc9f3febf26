//: about: an assertion
//: status: signal
//: signal: 6
//: stderr: Assertion
#include <assert.h>
int main(int argc, char **argv) {
    assert(argc == 7);
}
