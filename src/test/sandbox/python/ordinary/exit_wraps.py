#: about: exit codes are counted modulo 256
#: exit: 1
raise SystemExit(257)
