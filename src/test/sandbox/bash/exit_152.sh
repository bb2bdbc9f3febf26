#: about: the exit code of a shell whose child reached its CPU limit, chosen by the program
#: status: ok
#: exit: 152
exit 152
