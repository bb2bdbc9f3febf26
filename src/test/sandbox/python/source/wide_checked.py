#: about: a large flat program is checked in time
#: repeat: 20000 print(1)\n
#: wall-ms: 20000
#: safety: strict
#: max-output: 100
#: status: output_limit
#: cut: stdout
@@
