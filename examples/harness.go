// Judges a reader by the plain index of an exported corpus: go run harness.go CORPUS UNCLAIMED READER...
// harness.py says what the arguments and the exit status mean. A library takes the place of readDisk.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// readDisk gives accepted, reject, or what else happened.
func readDisk(reader []string, image, out string) string {
	command := exec.Command(reader[0], append(append([]string{}, reader[1:]...), image, out)...)
	err := command.Run()
	switch status := command.ProcessState.ExitCode(); {
	case err == nil:
		return "accepted"
	case status == 1:
		return "reject"
	default:
		return fmt.Sprintf("crash, exit status %d", status)
	}
}

// contains: Go has it in package slices from 1.21 on.
func contains(all []string, wanted string) bool {
	for _, one := range all {
		if one == wanted {
			return true
		}
	}
	return false
}

func judge(corpus, answer string, expected []string, claimed bool, out string) string {
	if strings.HasPrefix(answer, "crash") {
		return answer
	}
	if contains(expected, answer) || expected[0] == "any" {
		return "pass"
	}
	if answer == "reject" && !claimed {
		return "unsupported"
	}
	if answer == "reject" {
		return "a good image was refused"
	}
	if len(expected) == 1 && expected[0] == "reject" {
		return "a bad image was accepted"
	}
	given, err := os.ReadFile(out)
	for _, disk := range expected {
		right, missing := os.ReadFile(filepath.Join(corpus, disk))
		if err == nil && missing == nil && bytes.Equal(given, right) {
			return "pass"
		}
	}
	return "wrong bytes"
}

func main() {
	corpus, unclaimed, reader := os.Args[1], strings.Split(os.Args[2], ","), os.Args[3:]
	index, err := os.ReadFile(filepath.Join(corpus, "index.tsv"))
	folder, failure := os.MkdirTemp("", "harness-")
	if err != nil || failure != nil {
		panic(fmt.Sprint(err, failure))
	}
	out := filepath.Join(folder, "disk.raw")
	counts, mustFailed := map[string]int{}, false
	for _, line := range strings.Split(strings.TrimSpace(string(index)), "\n")[1:] {
		fields := strings.Split(line, "\t")
		if fields[4] == "-" {
			continue
		}
		claimed := true
		for _, feature := range strings.Split(fields[2], ",") {
			claimed = claimed && !contains(unclaimed, feature)
		}
		answer := readDisk(reader, filepath.Join(corpus, fields[3]), out)
		found := judge(corpus, answer, strings.Split(fields[4], "|"), claimed, out)
		os.Remove(out)
		if found != "pass" && found != "unsupported" {
			fmt.Printf("%s (%s): %s\n", fields[0], fields[1], found)
			mustFailed = mustFailed || fields[1] == "must"
			found = "fail"
		}
		counts[found]++
	}
	os.RemoveAll(folder)
	fmt.Printf("%d pass, %d fail, %d unsupported\n", counts["pass"], counts["fail"], counts["unsupported"])
	if len(counts) == 0 {
		os.Exit(2)
	} else if mustFailed {
		os.Exit(1)
	}
}
