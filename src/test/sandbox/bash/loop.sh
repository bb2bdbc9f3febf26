#: about: an endless loop
#: wall-ms: 700
#: status: timeout
#: within-ms: 20000
#: stdout-is: before\n
echo before
while :; do :; done
