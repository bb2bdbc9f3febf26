#: about: fifty threads at once
#: stdout-is: 50\n
import threading, time
done = []
barrier = threading.Barrier(50)
def work():
    barrier.wait()
    done.append(1)
ts = [threading.Thread(target=work) for _ in range(50)]
[t.start() for t in ts]
[t.join() for t in ts]
print(len(done))
