#: about: waiting
#: wall-ms: 600
#: status: timeout
#: within-ms: 20000
sleep 60
