package vault

import (
	"bytes"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"

	"tuoxing/internal/fault"
)

// erasuresSuffix follows the name of the key file: the register of erasures (注销登记) lies beside it,
// outside the database, because a backup that is older than an erasure knows nothing of it.
const erasuresSuffix = ".erased"

// erasure is one line of the register. Check is keyed: a line that somebody without the keys has
// added would otherwise erase a person at the next start.
type erasure struct {
	Worker int64    `json:"worker,string"`
	At     string   `json:"at"` // RFC 3339, UTC
	Check  hexBytes `json:"check"`
}

func (v *Vault) erasureCheck(e erasure) []byte {
	return v.BlindIndex("erasure", strconv.FormatInt(e.Worker, 10)+" "+e.At)
}

// NoteErased adds people to the register and brings it to the disk. Who is in it already is not added
// again. It is called before the erasure itself: what is registered is carried out, at the latest at
// the next start.
func (v *Vault) NoteErased(owners []int64, now time.Time) error {
	known, whole, err := v.readErasures(v.path)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	for _, owner := range owners {
		if known[owner] {
			continue
		}
		known[owner] = true
		e := erasure{Worker: owner, At: now.UTC().Format(time.RFC3339)}
		e.Check = v.erasureCheck(e)
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		out.Write(append(line, '\n'))
	}
	if out.Len() == 0 {
		return nil
	}
	w, err := os.OpenFile(v.path+erasuresSuffix, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write register of erasures: %w", err)
	}
	_, err = w.WriteAt(out.Bytes(), whole) // over a line that was broken off
	if err = errors.Join(err, w.Sync(), w.Close()); err != nil {
		return fmt.Errorf("write register of erasures: %w", err)
	}
	return nil
}

// Erased gives the people in the register. A changed line is a fault: Invalid
// vault.erasures_damaged.
func (v *Vault) Erased() ([]int64, error) {
	known, _, err := v.readErasures(v.path)
	out := make([]int64, 0, len(known))
	for owner := range known {
		out = append(out, owner)
	}
	return out, err
}

// TakeErasures adds the register that lies beside another copy of the key file to this one's. A
// copy without one adds nothing.
func (v *Vault) TakeErasures(keyFile string, now time.Time) error {
	known, _, err := v.readErasures(keyFile)
	if err != nil {
		return err
	}
	var owners []int64
	for owner := range known {
		owners = append(owners, owner)
	}
	return v.NoteErased(owners, now)
}

// readErasures gives the people of a register and the length of its whole lines. A last line
// without its end was never acknowledged: its erasure did not begin.
func (v *Vault) readErasures(keyFile string) (known map[int64]bool, whole int64, err error) {
	known = map[int64]bool{}
	text, err := os.ReadFile(keyFile + erasuresSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return known, 0, nil
	}
	if err != nil {
		return known, 0, fmt.Errorf("read register of erasures: %w", err)
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	for no, line := range bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
		if len(text) == 0 {
			break
		}
		var e erasure
		if json.Unmarshal(line, &e) != nil || !hmac.Equal(e.Check, v.erasureCheck(e)) {
			return known, 0, fault.New(fault.Invalid, "vault.erasures_damaged", keyFile+erasuresSuffix, no+1).WithFix("vault.key_file_restore")
		}
		known[e.Worker] = true
	}
	return known, int64(len(text)), nil
}
