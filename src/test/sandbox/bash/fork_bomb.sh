#: about: a fork bomb
#: wall-ms: 1500
#: status: timeout|ok
#: within-ms: 30000
f() { f | f & }
f
while :; do :; done
