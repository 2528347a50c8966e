// Verifies a published tiled log with Go's checksum-database packages: the signature of the
// checkpoint, every entry against tiles that are authenticated by the signed root, and that every
// older checkpoint is a prefix of the newest one.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// directory reads hash tiles from the layout of c2sp.org/tlog-tiles. Go's paths name the height
// ("tile/8/0/000"), the published ones do not ("tile/0/000"); the bytes are the same.
type directory string

func (d directory) Height() int { return 8 }

func (d directory) SaveTiles([]tlog.Tile, [][]byte) {}

func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	read := make([][]byte, len(tiles))
	for i, tile := range tiles {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		data, err := os.ReadFile(filepath.Join(string(d), path))
		if err != nil {
			return nil, err
		}
		read[i] = data
	}
	return read, nil
}

// checkpoint opens a signed checkpoint and gives its tree.
func checkpoint(file string, keys note.Verifiers) (tree tlog.Tree, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(data, keys)
	if err != nil {
		return tree, fmt.Errorf("%s: %w", file, err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 {
		return tree, fmt.Errorf("%s is not a checkpoint", file)
	}
	if _, err = fmt.Sscanf(lines[1], "%d", &tree.N); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// bundle checks up to 256 entries, with one authenticated read of their hashes.
func bundle(dir string, first, width int64, hashes tlog.HashReader) error {
	path := "entries/" + strings.TrimPrefix(tlog.Tile{H: 8, N: first / 256, W: int(width)}.Path(), "tile/8/0/")
	data, err := os.ReadFile(filepath.Join(dir, "tile", path))
	if err != nil {
		return err
	}
	indexes := make([]int64, width)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
	}
	signed, err := hashes.ReadHashes(indexes)
	if err != nil {
		return err
	}
	for i, want := range signed {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return fmt.Errorf("%s is cut off", path)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		if tlog.RecordHash(data[2:end]) != want {
			return fmt.Errorf("entry %d was altered", first+int64(i))
		}
		data = data[end:]
	}
	if len(data) > 0 {
		return fmt.Errorf("%s is longer than its entries", path)
	}
	return nil
}

func verify(dir, vkey string, old []string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	keys := note.VerifierList(verifier)
	tree, err := checkpoint(filepath.Join(dir, "checkpoint"), keys)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, directory(dir))
	for first := int64(0); first < tree.N; first += 256 {
		width := tree.N - first
		if width > 256 {
			width = 256
		}
		if err := bundle(dir, first, width, hashes); err != nil {
			return err
		}
	}
	for _, file := range old {
		older, err := checkpoint(file, keys)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, older.N, hashes)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash); err != nil {
			return fmt.Errorf("%s is of another history: %w", file, err)
		}
	}
	fmt.Printf("verified: %d entries, %d older checkpoints\n", tree.N, len(old))
	return nil
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: verify DIR VKEY [OLD-CHECKPOINT...]")
		os.Exit(2)
	}
	if err := verify(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "NOT VERIFIED:", err)
		os.Exit(1)
	}
}
