package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"tuoxing/internal/cn"
	"tuoxing/internal/fault"
)

// Cost of argon2id: the OWASP Password Storage Cheat Sheet's first choice for small servers
// (19 MiB, two passes, one lane). It is written into every hash, so it can be raised later.
const (
	memoryKiB = 19 * 1024
	passes    = 2
	lanes     = 1
	saltBytes = 16
	keyBytes  = 32
)

// hashesAtOnce bounds the memory that logins can take together: 4 × 19 MiB.
const hashesAtOnce = 4

// Rules of passwords after GB/T 22239-2019 (等保): at least eight characters of three of the four
// classes upper case, lower case, digit, other. The upper bound only keeps hashing cheap.
const (
	passwordMin     = 8
	passwordMaxByte = 128
	passwordClasses = 3
)

// checkPassword names every rule that a new password breaks, under the input's name.
func checkPassword(c *fault.Check, field, login, password string) {
	if utf8.RuneCountInString(password) < passwordMin {
		c.Add(field, "account.password_short", passwordMin)
	}
	if len(password) > passwordMaxByte {
		c.Add(field, "account.password_long", passwordMaxByte)
	}
	var upper, lower, digit, other int
	for _, r := range password {
		switch {
		case unicode.IsUpper(r):
			upper = 1
		case unicode.IsLower(r):
			lower = 1
		case unicode.IsDigit(r):
			digit = 1
		default:
			other = 1
		}
	}
	if upper+lower+digit+other < passwordClasses {
		c.Add(field, "account.password_classes", passwordClasses)
	}
	if name := cn.Fold(login); name != "" && strings.Contains(cn.Fold(password), name) {
		c.Add(field, "account.password_login")
	}
}

// CheckPassword names every rule that a new password of a person without a login name breaks, under the input's name.
func CheckPassword(c *fault.Check, field, password string) { checkPassword(c, field, "", password) }

// Hash gives what is stored of a password. It is slow on purpose: outside any transaction, and only for who has shown a right to it.
func (s *Service) Hash(ctx context.Context, password string) (string, error) {
	return s.hash(ctx, password)
}

// hash gives the PHC string of a password.
func (s *Service) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("make salt: %w", err)
	}
	key, err := s.derive(ctx, phc{memoryKiB, passes, lanes, salt, make([]byte, keyBytes)}, password)
	if err != nil {
		return "", err
	}
	return phc{memoryKiB, passes, lanes, salt, key}.String(), nil
}

// matches reports whether the password has this hash; an empty hash, that of a user who is not
// there, costs the same and never matches.
func (s *Service) matches(ctx context.Context, hash, password string) (bool, error) {
	known := hash != ""
	if !known {
		hash = phc{memoryKiB, passes, lanes, make([]byte, saltBytes), make([]byte, keyBytes)}.String()
	}
	p, err := parsePHC(hash)
	if err != nil {
		return false, err
	}
	key, err := s.derive(ctx, p, password)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, p.key) == 1 && known, nil
}

// derive runs argon2id in one of a few slots.
func (s *Service) derive(ctx context.Context, p phc, password string) ([]byte, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return nil, fault.New(fault.Unavailable, "account.busy").Because(ctx.Err())
	}
	return argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.lanes, uint32(len(p.key))), nil
}

// phc is a hash with its cost, printed as $argon2id$v=19$m=19456,t=2,p=1$salt$key.
type phc struct {
	memory, passes uint32
	lanes          uint8
	salt, key      []byte
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.lanes,
		b64.EncodeToString(p.salt), b64.EncodeToString(p.key))
}

func parsePHC(text string) (p phc, err error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, fmt.Errorf("stored password hash is not argon2id of version %d", argon2.Version)
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return p, fmt.Errorf("stored password hash: cost: %w", err)
	}
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return p, fmt.Errorf("stored password hash: salt: %w", err)
	}
	if p.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return p, fmt.Errorf("stored password hash: key: %w", err)
	}
	if p.passes == 0 || p.lanes == 0 || len(p.key) == 0 {
		return p, fmt.Errorf("stored password hash has no cost or key")
	}
	return p, nil
}

// Initial passwords are read from paper: no letter or digit in them looks like another.
const (
	initialUpper = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	initialLower = "abcdefghijkmnpqrstuvwxyz"
	initialDigit = "23456789"
)

// initialPassword is printable, 3 × 4 characters in groups of one class each: about 2^49
// possibilities, enough behind a lock-out and for one use.
func initialPassword() (string, error) {
	var groups []string
	for _, alphabet := range []string{initialUpper, initialLower, initialDigit} {
		b := make([]byte, 4)
		for i := range b {
			n, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
			if err != nil {
				return "", fmt.Errorf("make password: %w", err)
			}
			b[i] = alphabet[n.Int64()]
		}
		groups = append(groups, string(b))
	}
	return strings.Join(groups, "-"), nil
}
