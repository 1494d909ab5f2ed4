"""A step of the benchmarks: fibo.py N LEDGER NAME OUTPUT SOURCE [INPUT...]

Writes fibo(N), found the slow way, plus the numbers in SOURCE and the INPUTs, and its NAME into the LEDGER.
"""

import sys


def fibo(n):
    return n if n < 2 else fibo(n - 1) + fibo(n - 2)


def number(path):
    with open(path) as file:
        return int(file.read())


n, ledger, name, output, *inputs = sys.argv[1:]
total = fibo(int(n)) + sum(map(number, inputs))
with open(output, "w") as file:
    file.write(f"{total}\n")
with open(ledger, "a") as file:
    file.write(f"{name}\n")
