#: about: processes with pipes, queues, locks and a pool (there is no shared memory folder)
#: entry: main.py
#: wall-ms: 20000
#: stdout-is: [0, 1, 4, 9]\nfrom child\n4\n[1, 2, 3]\n
#: exit: 0
import multiprocessing as mp
from concurrent.futures import ProcessPoolExecutor

def square(n):
    return n * n

def put(q):
    q.put("from child")

def count(lock, value):
    for _ in range(2):
        with lock:
            value.value += 1

def one_more(n):
    return n + 1

if __name__ == "__main__":
    with mp.Pool(2) as pool:
        print(pool.map(square, range(4)))
    q = mp.Queue()
    p = mp.Process(target=put, args=(q,))
    p.start()
    print(q.get())
    p.join()
    lock, value = mp.Lock(), mp.Value("i", 0)
    ps = [mp.Process(target=count, args=(lock, value)) for _ in range(2)]
    [p.start() for p in ps]
    [p.join() for p in ps]
    print(value.value)
    with ProcessPoolExecutor(2) as executor:
        print(list(executor.map(one_more, range(3))))
