#: about: an interrupt that nobody catches ends the process by its signal
#: status: signal
#: signal: 2
#: exit: none
#: stderr: KeyboardInterrupt
raise KeyboardInterrupt
