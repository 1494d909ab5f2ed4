#!/bin/sh
# A step of the benchmarks: sum.sh LEDGER NAME OUTPUT SOURCE [INPUT...]
# Writes the sum of the numbers in SOURCE and the INPUTs, and its NAME into the LEDGER. It forks nothing.
ledger=$1 name=$2 output=$3
shift 3
total=0
for file; do
  read -r number <"$file"
  total=$((total + number))
done
echo "$total" >"$output"
echo "$name" >>"$ledger"
