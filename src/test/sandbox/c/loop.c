//: about: an endless loop
//: wall-ms: 600
//: status: timeout
//: within-ms: 20000
int main(void) {
    for (volatile int i = 0;; i++) {
    }
}
