package document

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadYAML(t *testing.T) {
	in := "\xef\xbb\xbfapiVersion: v2\r\nname: 'my app' # c\r\nversion: \"1.2.3\"\n\n# no\ndeps:\n- name: a\n  version: ~1.2.3  # c\n- name: b\n  opts:\n    - x\n    - y: 1\ntext: |\n  version: 9\n  more\n'@x/a': link:../a\nflow: {a: b}\nurl: http://x/y:z\nempty:\nlast: end"
	got, err := ReadYAML([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range got {
		if in[e.Span.Start:e.Span.End] != e.Text {
			t.Errorf("%s: %q stands there, not %q", e.Key, in[e.Span.Start:e.Span.End], e.Text)
		}
		lines = append(lines, e.Key+"="+e.Text)
	}
	want := []string{
		`/"apiVersion"=v2`, `/"name"=my app`, `/"version"=1.2.3`, `/"deps"/"0"/"name"=a`, `/"deps"/"0"/"version"=~1.2.3`,
		`/"deps"/"1"/"name"=b`, `/"deps"/"1"/"opts"/"0"=x`, `/"deps"/"1"/"opts"/"1"/"y"=1`, `/"@x/a"=link:../a`,
		`/"url"=http://x/y:z`, `/"last"=end`,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

func FuzzReadYAML(f *testing.F) {
	f.Add("a:\n- b: '1'\n  c: |\n   x\n-\n  d\n")
	f.Add("- - a\n  - b: \"x\n")
	f.Fuzz(func(t *testing.T, in string) {
		list, err := ReadYAML([]byte(in))
		if err != nil {
			return
		}
		last := 0
		for _, e := range list {
			if e.Span.Start < last || e.Span.End > len(in) || in[e.Span.Start:e.Span.End] != e.Text || strings.Contains(e.Text, "\n") {
				t.Fatalf("%q: %+v", in, e)
			}
			last = e.Span.End
		}
	})
}
