#: about: signals to everybody
#: status: ok|signal
#: within-ms: 20000
trap : TERM HUP INT
kill -TERM 1
kill -KILL 1
kill -TERM -1
kill -KILL -1
echo here
