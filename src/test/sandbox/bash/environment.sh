#: about: a small environment
#: stdout: HOME=/tmp/code\n
#: stdout-not: runner
env | sort
