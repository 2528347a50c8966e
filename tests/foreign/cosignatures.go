// Opens a checkpoint with Go's note package, and checks that each named witness cosigned it. The
// package takes any kind of key that can say whether a signature is good, so cosignatures are
// checked by its own rules about names, ids and unknown keys.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// witness is a key of type 4: the signature is a big-endian time, then Ed25519 over a header, that
// time in decimal, and the text.
type witness struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.id }

func (w witness) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	header := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(w.key, append([]byte(header), text...), sig[8:])
}

func parseWitness(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("%s is not a key", vkey)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != 4 {
		return nil, fmt.Errorf("%s is not the key of a witness", vkey)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	id := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", id) != parts[1] {
		return nil, fmt.Errorf("the hash of %s is wrong", vkey)
	}
	return witness{parts[0], id, key[1:]}, nil
}

func check(file, vkey string, witnesses []string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	log, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	// The log's key alone: cosignatures are of unknown keys then, and do not disturb.
	if _, err := note.Open(data, note.VerifierList(log)); err != nil {
		return fmt.Errorf("with the log's key alone: %w", err)
	}
	keys := []note.Verifier{log}
	for _, vkey := range witnesses {
		key, err := parseWitness(vkey)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	opened, err := note.Open(data, note.VerifierList(keys...))
	if err != nil {
		return err
	}
	if len(opened.Sigs) != len(keys) {
		return fmt.Errorf("%d of %d keys signed", len(opened.Sigs), len(keys))
	}
	fmt.Printf("verified: %d cosignatures\n", len(witnesses))
	return nil
}

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: cosignatures CHECKPOINT VKEY WITNESS-VKEY...")
		os.Exit(2)
	}
	if err := check(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "NOT VERIFIED:", err)
		os.Exit(1)
	}
}
