#: about: names with every byte, modes without rights, links, pipes, sockets
#: stdout: made
import os, socket
for n in range(1, 256):
    if n != 47:
        name = b"/tmp/" + bytes([n]) * 20
        os.mkdir(name) if n % 2 else open(name, "w").close()
os.makedirs("/tmp/a/b/c")
open("/tmp/a/b/c/LEFTOVER-9f31c0de", "w").close()
os.symlink("/", "/tmp/a/root")
os.symlink("/tmp/a", "/tmp/loop")
os.link("/tmp/a/b/c/LEFTOVER-9f31c0de", "/tmp/hard")
os.mkfifo("/tmp/a/pipe")
s = socket.socket(socket.AF_UNIX)
s.bind("/tmp/a/socket")
open("/tmp/" + "n" * 255, "w").close()
for mode, name in ((0, "/tmp/a/b/c"), (0, "/tmp/a/b"), (0o111, "/tmp/a")):
    os.chmod(name, mode)
os.chmod("/tmp/hard", 0)
print("made")
