#: about: an event loop with tasks, timeouts and a subprocess
#: entry: main.py
#: stdout-is: [1, 2]\nlate\nhi\n
import asyncio
async def give(n):
    await asyncio.sleep(0.01)
    return n
async def main():
    print(await asyncio.gather(give(1), give(2)))
    try:
        await asyncio.wait_for(asyncio.sleep(9), 0.05)
    except asyncio.TimeoutError:
        print("late")
    p = await asyncio.create_subprocess_exec("echo", "hi", stdout=asyncio.subprocess.PIPE)
    print((await p.communicate())[0].decode(), end="")
asyncio.run(main())
