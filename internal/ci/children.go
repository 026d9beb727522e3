package ci

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Children is the pipeline of GitLab that starts one of each release branch.
func Children(branches []string) (string, error) {
	if len(branches) == 0 {
		return "no-release-lines:\n  script:\n    - echo no release line is supported today\n", nil
	}
	var b strings.Builder
	for i, branch := range branches {
		name, err := json.Marshal(branch) // a text of JSON is one of YAML
		if err != nil {
			return "", fmt.Errorf("writing the name of a branch: %w", err)
		}
		fmt.Fprintf(&b, "line-%d:\n  trigger:\n    project: $CI_PROJECT_PATH\n    branch: %s\n    strategy: depend\n", i+1, name)
	}
	return b.String(), nil
}
