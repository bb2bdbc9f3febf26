#: about: a process that stays and keeps writing is not waited for
#: within-ms: 20000
#: exit: 0
#: stdout: main\n
(trap '' HUP TERM; while :; do echo more; sleep 0.01; done) &
echo main
