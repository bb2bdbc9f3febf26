#: about: the working folder replaced by a link, a file, a folder of somebody else's rights
#: stdout-is: replaced\n
import os, shutil
shutil.rmtree("/tmp/code")
os.symlink("/etc", "/tmp/code")
os.unlink("/tmp/code")
os.mkdir("/tmp/code", 0)
open("/tmp/.lifted-1", "w").close()
os.makedirs("/tmp/.lifted-2/LEFTOVER-9f31c0de/x")
print("replaced")
