// Judges histories by Porcupine, in the same process one after the other, and says how long each took.
//
// Reads lines of JSON: {"name": …, "model": "register" | "kv", "operations": [{"client", "key", "f",
// "value", "from", "until"}, …]}; answers {"name", "valid", "ms", "cpuMs"} for each, the times without reading.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"syscall"
	"time"

	"github.com/anishathalye/porcupine"
)

type operation struct {
	Client int    `json:"client"`
	Key    string `json:"key"`
	F      string `json:"f"`
	Value  string `json:"value"`
	From   int64  `json:"from"`
	Until  int64  `json:"until"`
}

type history struct {
	Name       string      `json:"name"`
	Rounds     int         `json:"rounds"`
	Operations []operation `json:"operations"`
}

type result struct {
	Name  string    `json:"name"`
	Valid bool      `json:"valid"`
	Ms    []float64 `json:"ms"`
	CpuMs []float64 `json:"cpuMs"`
}

var model = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byKey := map[string][]porcupine.Operation{}
		for _, each := range history {
			key := each.Input.(operation).Key
			byKey[key] = append(byKey[key], each)
		}
		parts := make([][]porcupine.Operation, 0, len(byKey))
		for _, part := range byKey {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() interface{} { return "" },
	Step: func(state, input, output interface{}) (bool, interface{}) {
		op := input.(operation)
		switch op.F {
		case "read":
			return state == output, state
		case "write":
			return true, op.Value
		default:
			return true, state.(string) + op.Value
		}
	},
}

// What this process has taken of the processor, in all its threads.
func processorMs() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
}

func main() {
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	decoder := json.NewDecoder(input)
	encoder := json.NewEncoder(os.Stdout)
	for {
		var asked history
		if err := decoder.Decode(&asked); err != nil {
			return
		}
		operations := make([]porcupine.Operation, len(asked.Operations))
		for i, op := range asked.Operations {
			output := ""
			if op.F == "read" {
				output = op.Value
			}
			operations[i] = porcupine.Operation{
				ClientId: op.Client, Input: op, Call: op.From, Output: output, Return: op.Until,
			}
		}
		answer := result{Name: asked.Name}
		for i := 0; i < asked.Rounds; i++ {
			start, spent := time.Now(), processorMs()
			answer.Valid = porcupine.CheckOperations(model, operations)
			answer.Ms = append(answer.Ms, float64(time.Since(start).Microseconds())/1000)
			answer.CpuMs = append(answer.CpuMs, processorMs()-spent)
		}
		if err := encoder.Encode(answer); err != nil {
			panic(err)
		}
	}
}
