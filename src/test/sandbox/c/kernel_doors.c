//: about: what a container without rights refuses
//: stdout-is: none\n
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>
int main(void) {
    if (unshare(CLONE_NEWUSER) == 0) puts("user namespace");
    if (mount("t", "/tmp", "tmpfs", 0, 0) == 0) puts("mount");
    if (setuid(0) == 0) puts("root");
    if (chroot("/tmp") == 0) puts("chroot");
    puts("none");
}
