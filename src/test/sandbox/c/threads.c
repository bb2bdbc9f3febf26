//: about: threads
//: stdout-is: 4\n
#include <pthread.h>
#include <stdio.h>
static void *one(void *n) { __atomic_add_fetch((int *)n, 1, __ATOMIC_SEQ_CST); return 0; }
int main(void) {
    pthread_t t[4];
    int n = 0;
    for (int i = 0; i < 4; i++) pthread_create(&t[i], 0, one, &n);
    for (int i = 0; i < 4; i++) pthread_join(t[i], 0);
    printf("%d\n", n);
}
