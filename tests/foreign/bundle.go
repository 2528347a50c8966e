// Verifies the ledger part of an evidence bundle with Go's checksum-database packages: the
// signature of the checkpoint, and the proof of every entry.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type line struct {
	Index int64
	Leaf  string
}

// tree opens a signed checkpoint.
func tree(text []byte, keys note.Verifiers) (tree tlog.Tree, err error) {
	opened, err := note.Open(text, keys)
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 {
		return tree, fmt.Errorf("this is not a checkpoint")
	}
	if _, err = fmt.Sscanf(lines[1], "%d", &tree.N); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// prove leads one entry to the root of its checkpoint.
func prove(ledger string, entry line, keys note.Verifiers) error {
	leaf, err := base64.StdEncoding.DecodeString(entry.Leaf)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(ledger, "proofs", fmt.Sprintf("%d.tlog-proof", entry.Index)))
	if err != nil {
		return err
	}
	head, checkpoint, _ := strings.Cut(string(text), "\n\n")
	signed, err := tree([]byte(checkpoint), keys)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, hash := range strings.Split(head, "\n")[2:] {
		parsed, err := tlog.ParseHash(hash)
		if err != nil {
			return err
		}
		proof = append(proof, parsed)
	}
	return tlog.CheckRecord(proof, signed.N, signed.Hash, entry.Index, tlog.RecordHash(leaf))
}

func verify(ledger, vkey string) (count int, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return 0, err
	}
	keys := note.VerifierList(verifier)
	file, err := os.Open(filepath.Join(ledger, "entries.jsonl"))
	if err != nil {
		return 0, err
	}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var entry line
		if err := json.Unmarshal(lines.Bytes(), &entry); err != nil {
			return 0, err
		}
		if err := prove(ledger, entry, keys); err != nil {
			return 0, fmt.Errorf("entry %d: %w", entry.Index, err)
		}
		count++
	}
	return count, lines.Err()
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: bundle BUNDLE VKEY")
		os.Exit(2)
	}
	count, err := verify(filepath.Join(os.Args[1], "data", "ledger"), os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "NOT VERIFIED:", err)
		os.Exit(1)
	}
	fmt.Printf("verified: %d entries\n", count)
}
