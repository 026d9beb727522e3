package document

import (
	"errors"
	"fmt"
)

// Causes a caller can branch on with errors.Is.
var (
	// ErrTooLarge says that a file is over MaxFile bytes, or holds more than MaxValues values.
	ErrTooLarge = errors.New("file too large")
	// ErrDuplicate says that a key or table is defined twice.
	ErrDuplicate = errors.New("duplicate key")
	// ErrTooDeep says that values are nested deeper than MaxDepth levels.
	ErrTooDeep = errors.New("nested too deeply")
)

// MaxFile is the size in bytes up to which a file is read; larger files are refused with ErrTooLarge.
const MaxFile = 32 << 20

const (
	// MaxText bounds Go files and release notes, of which more is kept in memory than their bytes.
	MaxText = 4 << 20
	// MaxDepth bounds how deep values may be nested, and MaxValues how many a file may hold.
	MaxDepth  = 200
	MaxValues = 1_000_000
)

// A FileError is an error at a place in a file: "path:line: cause". Path is empty where the bytes came
// without a name, and Line is 0 where the whole file is meant.
type FileError struct {
	Path string
	Line int // from 1
	Err  error
}

func (e *FileError) Error() string {
	switch {
	case e.Path == "" && e.Line == 0:
		return e.Err.Error()
	case e.Path == "":
		return fmt.Sprintf("line %d: %v", e.Line, e.Err)
	case e.Line == 0:
		return fmt.Sprintf("%s: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("%s:%d: %v", e.Path, e.Line, e.Err)
}

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }

// At puts an error at a line of a file.
func At(path string, line int, format string, args ...any) error {
	return &FileError{Path: path, Line: line, Err: fmt.Errorf(format, args...)}
}

// InFile names the file an error of TOML or JSON is about; any other error is wrapped with path.
func InFile(path string, err error) error {
	if err == nil {
		return nil
	}
	if fe, ok := errors.AsType[*FileError](err); ok && fe.Path == "" {
		return &FileError{Path: path, Line: fe.Line, Err: fe.Err}
	} else if ok {
		return err
	}
	return &FileError{Path: path, Err: err}
}
