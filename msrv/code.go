package msrv

import (
	"path"
	"strings"
)

// EcosystemOf returns the toolchain that the code at a path is for, by its name alone; "" is none.
func EcosystemOf(p string) Ecosystem {
	switch strings.ToLower(path.Ext(p)) {
	case ".rs":
		return Rust
	case ".go":
		return Go
	case ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx":
		return Node
	case ".py", ".pyx", ".pyi":
		return Python
	case ".java", ".kt", ".scala", ".groovy":
		return Java
	case ".rb":
		return Ruby
	case ".cs", ".fs", ".vb":
		return Dotnet
	case ".php":
		return PHP
	case ".ex", ".exs":
		return Elixir
	case ".swift":
		return Swift
	}
	return ""
}
