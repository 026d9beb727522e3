package config

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentedFilesLoad reads every TOML block of docs/policy.md as a policy, and looks for every key
// of the schema in the page.
func TestDocumentedFilesLoad(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```toml\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(blocks) < 8 {
		t.Fatalf("%d blocks of TOML", len(blocks))
	}
	policies, err := os.ReadFile("../../docs/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks = append(blocks, regexp.MustCompile("(?s)```toml\n(.*?)```").FindAllStringSubmatch(string(policies), -1)...)
	for i, b := range blocks {
		if _, err := Load(FileName, []byte(b[1]), nil); err != nil {
			t.Errorf("block %d: %v", i+1, err)
		}
	}
	for _, k := range documentedKeys() {
		name := k[0][strings.LastIndexByte(k[0], '.')+1:]
		name = strings.TrimSuffix(name, "[]")
		if name != "NAME" && !regexp.MustCompile(`\b`+regexp.QuoteMeta(name)+`\b`).Match(page) {
			t.Errorf("docs/policy.md does not name %s", k[0])
		}
	}
}

// TestJSONSchema: it is JSON, closed at every table, and knows the keys that the presets use.
func TestJSONSchema(t *testing.T) {
	t.Parallel()
	var doc map[string]any
	if err := json.Unmarshal(JSONSchema(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc["additionalProperties"] != false {
		t.Error("the top of the file is open")
	}
	props, ok := doc["properties"].(map[string]any)
	if !ok || len(props) != len(root().keys) {
		t.Errorf("%d of %d sections", len(props), len(root().keys))
	}
	for _, k := range root().keys {
		if props[k.name] == nil {
			t.Errorf("no %s", k.name)
		}
	}
}
