package policy

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// NextPrerelease returns the pre-release that follows one: 49.0.0-rc.1 → 49.0.0-rc.2. An identifier
// without a dot before its number (beta1) is refused: it would sort above beta.2, and beta10 below
// beta2.
func NextPrerelease(v *semver.Version) (*semver.Version, error) {
	if v.Prerelease() == "" {
		return nil, fmt.Errorf("%s is a release: it has no next pre-release", v)
	}
	parts := strings.Split(v.Prerelease(), ".")
	last := parts[len(parts)-1]
	n, ok := component(last)
	if !ok || len(parts) < 2 || n == maxComponent {
		word := strings.TrimRight(last, "0123456789")
		if word == "" {
			word = "rc"
		}
		return nil, fmt.Errorf("%s cannot be numbered on: %q needs a dot before its number, as in %q", v, last, word+".1")
	}
	parts[len(parts)-1] = strconv.FormatUint(uint64(n)+1, 10)
	return semver.New(v.Major(), v.Minor(), v.Patch(), strings.Join(parts, "."), ""), nil
}
