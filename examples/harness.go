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
	command.Run()
	if status := command.ProcessState.ExitCode(); status == 0 {
		return "accepted"
	} else if status != 1 {
		return fmt.Sprintf("crash, exit status %d", status)
	}
	return "reject"
}

// judge: expected is any, reject, or disks with a bar between them, of which reject can be one.
func judge(corpus, answer, expected string, claimed bool, out string) string {
	if strings.HasPrefix(answer, "crash") {
		return answer
	} else if expected == "any" || answer == "reject" && strings.Contains("|"+expected+"|", "|reject|") {
		return "pass"
	} else if answer == "reject" && !claimed {
		return "unsupported"
	} else if answer == "reject" {
		return "a good image was refused"
	} else if expected == "reject" {
		return "a bad image was accepted"
	}
	given, err := os.ReadFile(out)
	for _, disk := range strings.Split(expected, "|") {
		right, missing := os.ReadFile(filepath.Join(corpus, disk))
		if err == nil && missing == nil && bytes.Equal(given, right) {
			return "pass"
		}
	}
	return "wrong bytes"
}

func main() {
	corpus, unclaimed, reader := os.Args[1], ","+os.Args[2]+",", os.Args[3:]
	index, err := os.ReadFile(filepath.Join(corpus, "index.tsv"))
	folder, failure := os.MkdirTemp("", "harness-")
	if err != nil || failure != nil {
		panic(fmt.Sprint(err, failure))
	}
	counts, mustFailed := map[string]int{}, false
	for _, line := range strings.Split(strings.TrimSpace(string(index)), "\n")[1:] {
		fields, claimed := strings.Split(line, "\t"), true
		if fields[4] == "-" {
			continue
		}
		for _, feature := range strings.Split(fields[2], ",") {
			claimed = claimed && !strings.Contains(unclaimed, ","+feature+",")
		}
		out := filepath.Join(folder, fields[0])
		found := judge(corpus, readDisk(reader, filepath.Join(corpus, fields[3]), out), fields[4], claimed, out)
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
