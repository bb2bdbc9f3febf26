#: about: a whole module lifted
#: safety: basic
#: allowed: subprocess
#: stdout-is: hi\n
import subprocess
print(subprocess.run(["echo", "hi"], capture_output=True, text=True).stdout, end="")
