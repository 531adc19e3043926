// Package ledger keeps accounts and moves money between them.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	. "math"
	yaml "gopkg.in/yaml.v3"
	_ "embed"

	"example.org/bank/money/v2"
)

import "testing"

// MaxTransfer is the largest amount that one transfer may move.
const MaxTransfer = 1_000_000

// Kinds of an account.
const (
	// Checking is used every day.
	Checking Kind = iota
	Savings
	_
	closed
)

// ErrNoAccount says that an account is not known.
var ErrNoAccount = errors.New("no such account")

var (
	registry, mirror = map[string]*Account{}, map[string]*Account{}
	onChange         = func(a *Account) { fmt.Println(a.ID) }
)

var state struct {
	sync.Mutex
	open bool
}

// Kind tells what an account is for.
type Kind int

type (
	// ID names an account.
	ID = string
	// Hook is told of every transfer.
	Hook func(ctx context.Context, from, to ID) error
)

// Account holds money.
//
// It is safe for concurrent use.
type Account struct {
	sync.Mutex
	*auditLog
	Box[int]

	ID, Owner string `json:"id"`
	// Balance in cents.
	Balance int64
	limits  struct {
		daily int64
	}
}

// Store finds accounts.
type Store interface {
	fmt.Stringer
	// Find returns the account with this id.
	Find(ctx context.Context, id ID) (*Account, error)
	close() error
}

// Number is any amount that can be summed.
type Number interface{ ~int | ~int64 | ~float64 }

// Box holds one value of any type.
type Box[T any] struct{ value T }

// Get returns the value.
func (b Box[T]) Get() T { return b.value }

func (b *Box[T]) set(value T) { b.value = value }

// Sum adds the results of f over items.
func Sum[T any, N Number](items []T, f func(item T) N) (total N) {
	for _, item := range items {
		total += f(item)
	}
	return
}

// Transfer moves cents between two accounts.
// TODO: charge the fee (DM-12)
func Transfer(ctx context.Context, store Store, from, to ID, cents int64) (err error) {
	source, err := store.Find(ctx, from)
	if err != nil {
		return fmt.Errorf("find %s: %w", from, err)
	} else if source == nil {
		return ErrNoAccount
	} else {
		source.Lock()
		defer source.Unlock()
	}
	target, err := store.Find(ctx, to)
	if target == nil || err != nil && cents > MaxTransfer {
		return ErrNoAccount
	}
	if err := check(source, cents); err != nil {
		return err
	}
	source.Balance, target.Balance = source.Balance-cents, target.Balance+cents
	return nil
}

func check(account *Account, cents int64) error {
	switch kind := Kind(0); {
	case kind == Savings, cents < 0:
		return errors.New("refused")
	case account.Balance < cents:
		return fmt.Errorf("only %d left", account.Balance)
	default:
	}
	return nil
}

func describe(value any) string {
	switch value := value.(type) {
	case nil:
		return "nothing"
	case *Account, Kind:
		return fmt.Sprint(value)
	}
	return ""
}

// Watch calls hooks until the context ends.
func Watch(ctx context.Context, events <-chan ID, hooks ...Hook) {
	count := 0
outer:
	for {
		select {
		case id, ok := <-events:
			if !ok {
				break outer
			}
			for i := range hooks {
				go func(hook Hook) {
					if err := hook(ctx, id, id); err != nil {
						count++
					}
				}(hooks[i])
			}
		case <-ctx.Done():
			return
		}
	}
	_ = Sum[int, int64]([]int{1}, func(item int) int64 { return int64(item) })
	_ = money.Round[int64](count)
	_ = Account{ID: "a", Owner: Inf(1), Balance: Floor(1)}
	_ = map[string]int{MaxName: count}
}

const MaxName = "max"

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	type reply struct{ OK bool }
	var out reply
	const status = 200
	handle := func(code int) { w.WriteHeader(code) }
	handle(status)
	out.OK, s.hits = true, s.hits+1
	(fmt.Fprintln)(w, yaml.Marshal(out))
}

type server struct {
	hits int
}

func TestTransfer(t *testing.T) {
	cases := []struct {
		name string
		want int
	}{{name: "empty", want: 0}}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { t.Log(c.want) })
	}
}

func BenchmarkSum(b *testing.B) {}

func FuzzDescribe(f *testing.F) {}

func TestMain(m *testing.M) {}

func Testify(t *testing.T) {}

type storeSuite struct{}

func assemblyOnly(x int) int

// before stands in front of the broken region.
func before() int { return 1 }

func broken( {
	if x := ; {
}

// after stands behind it.
func after() int { return before() }

type Last struct{ Field int }
