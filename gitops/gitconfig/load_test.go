package gitconfig

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// configCase is a set of files and variables; git's list of settings is the expectation.
type configCase struct {
	name  string
	files map[string]string
	env   map[string]string
	dir   string // default repo
	minor int    // git 2.minor is the first to read it so
}

const plainCore = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n"

// syntaxCases are contents of one file: the seeds of FuzzParse, where git judges them.
func syntaxCases() []string {
	return []string{
		"", "\n", "[a]\n", "[a]", "[a]\nk", "[a]\nk\n", "[a]\nk=\n", "[a]\nk =", "[a]k=v", "[a] k = v # c",
		"foo = bar\n", "foo.bar = x\n", "[]\nk=1\n", "[.]\nk=1\n", "[.a]\nk=1\n", "[a.]\nk=1\n", "[a.B.C]\nKey=1\n", "[A-1]\nB-2=x\n", "[a_b]\nk=1\n",
		"[a]\nkey # c\n", "[a]\nkey ; c\n", "[a]\nk\r", "[a]\r\nk=1\r\nl\r\n", "[a]\nk=1\rx\r\n", "[a]\nk = v\r", "\r\n[a]\r\nk = \"x\\\r\ny\"\r\n",
		"\xef\xbb\xbf[a]\nk=1\n", "\xef\xbb[a]\nk=1\n", "\xef\xbb\xbf", "\xef", "\xef\xbb\xbf\xef\xbb\xbf[a]\nk=1\n", "[a]\n\xef\xbb\xbfk=1\n",
		"[a \"b\"]\nk=1\n", "[A \"B c\"]\nK=V\n", "[a\t \"b\"]\nk=1\n", "[a \"b\" ]\nk=1\n", "[ a]\nk=1\n", "[a ]\nk=1\n", "[a b]\nk=1\n", "[a\"b\"]\nk=1\n", "[a \"\"]\nk=1\n",
		"[a \"x\\\\y\\\"z\\q\"]\nk=1\n", "[a \"b\n\"]\nk=1\n", "[a \"b\\\n\"]\nk=1\n", "[a\n\"b\"]\nk=1\n", "[a \"b", "[a \"b\"", "[a \"b\"]", "[a", "[a \"b.c.d\"]\nk=1\n", "[a.b \"c\"]\nk=1\n",
		"[a \"b#c;d\"]\nk=1\n", "[a]\n1k=1\n", "[a]\n-k=1\n", "[a]\nk_=1\n", "[a]\nk.l=1\n", "[a]\nk 1=1\n", "[a]\nk\n=1\n", "[a]\n=1\n", "[a]\nk==1\n", "[a]\nk=1=2\n",
		"[a]\nk=\"x\n", "[a]\nk=\"x", "[a]\nk=x\\q\n", "[a]\nk=x\\", "[a]\nk=x\\\n", "[a]\nk=x\\\n  y\n", "[a]\nk=x  \\\n  y  \n", "[a]\nk= \\\n y\n", "[a]\nk=\"x\\\ny\"\n", "[a]\nk = a\\tb\\bc\\nd\\\\e\\\"f\n",
		"[a]\nk=a\t\tb  c ; x\n", "[a]\nk = a \"b\" c\n", "[a]\nk = \" a \" \n", "[a]\nk = \" a \"   b  # c\n", "[a]\nk=a\"\"b \" \"\n", "[a]\nk=\"\"  x\n", "[a]\nk=\"a;b#c\"\n", "[a]\nk=a;b\n", "[a]\nk=a#b\n", "[a]\nk=a ;\\\nl=2\n",
		"[a]\nk=a \\\n\n", "[a]\nk=a # x \\\nl=1\n", "[a]\nk=\"a # b\" # c \"\n", "[a]\nk=\\\n\\\n\\\nx\nl=2\n[b]\nm", "[a]\nk=1 [b]\nc=1\n", "[a] [b] k=1\n", "[a]k=1\n[b]l\n#end", "# only", ";x\n#y\n", "[a]\nk=x\\ny\\",
		"[a]\nk=a\x00b\n", "[x \"q\x00w\"]\ny=1\n", "[a]\n\x00k=1\n", "[a]\nk\x00=1\n", "[a]\nk=v\x0b\x0c\n\x0b", "[a]\nk=\xff\xfe\x80\n", "[a \"\xff\"]\nk=1\n", "[\xc3\xa9]\nk=1\n", "]\n", "\"\n", "[a]]\n", "[[a]]\nk=1\n",
		"[a]\nk=1\nk=2\n[A]\nK=3\n", "[a \"x\"]\nk=1\n[a \"X\"]\nk=2\n", "  [a]\n  k  =  v  \n", "[a]\nk = \\\"\n", "[a]\nk = '\n", "[a]\nk = 'a # b'\n", "[a]\nk=\" \\\n \"  \n", "[include]\npath\n", "[include \"x\"]\npath=nowhere\n", "[includeif]\npath=nowhere\n",
		"[ \"x\"]\nk=1\n", "[]", "[ ]", "[a]\nk=1\n\n\n  [b\n", "\xef\n", "\xef\xbb", "[a]\nk=\"\r\n\"\n", "[a]\nk=\"a\rb\"\n", "[a \"b\rc\"]\nk=1\n",
	}
}

const oneSetting = "[x]\nincluded = 1\n"

// fileWith is a file and, as pairs of name and content, others.
func fileWith(name, content string, more ...string) map[string]string {
	files := map[string]string{name: content}
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = more[i+1]
	}
	return files
}

func userFile(content string, more ...string) map[string]string {
	return fileWith("home/.gitconfig", content, more...)
}

func localFile(content string, more ...string) map[string]string {
	return fileWith("repo/.git/config", plainCore+content, more...)
}

func conditionFiles(condition string) map[string]string {
	return userFile("[includeIf \""+condition+"\"]\npath = inc\n[z]\nlast=1\n", "home/inc", oneSetting)
}

// nested are files that include each other, the last one without doing so if end is set.
func nested(depth int, end bool) map[string]string {
	files := userFile("[include]\npath=d1\n")
	for i := 1; i <= depth; i++ {
		content := fmt.Sprintf("[d]\nn=%d\n", i)
		if i < depth || !end {
			content += fmt.Sprintf("[include]\npath=d%d\n", i+1)
		}
		files[fmt.Sprintf("home/d%d", i)] = content
	}
	return files
}

func includeCases() []configCase {
	user, local, one := userFile, localFile, oneSetting
	deep, ten := nested(11, false), nested(10, true)
	return []configCase{
		{name: "include", files: user("[a]\nb=1\n[include]\npath = inc\n[a]\nb=2\n", "home/inc", one)},
		{name: "include missing", files: user("[include]\npath = nowhere\n[a]\nb=2\n")},
		{name: "include home", files: user("[include]\npath = ~/sub/inc\n", "home/sub/inc", one+"[include]\npath=next\n", "home/sub/next", "[y]\nz\n")},
		{name: "include absolute", files: user("[include]\npath = $ROOT/elsewhere\n", "elsewhere", one)},
		{name: "include bare", files: user("[include]\npath\n")},
		{name: "include empty", files: user("[include]\npath=\n[a]\nb=1\n")},
		{name: "include optional", files: user("[include]\npath = :(optional)inc\npath = :(optional)none\n", "home/inc", one)},
		{name: "include of unknown user", files: user("[include]\npath = ~nobody-of-that-name/x\n")},
		{name: "include of a user", files: user("[include]\npath = ~root/no-such-file-here\n")},
		{name: "include of directory", files: user("[include]\npath = sub\n", "home/sub/x", "")},
		{name: "include itself", files: user("[include]\npath = .gitconfig\n")},
		{name: "include twice", files: user("[include]\npath = inc\npath = inc\n", "home/inc", one)},
		{name: "include with bad syntax", files: user("[include]\npath = inc\n", "home/inc", "[x]\nok=1\n[bad\n")},
		{name: "ten deep", files: ten},
		{name: "eleven deep", files: deep},
		{name: "include from local", files: local("[include]\npath = ../inc\n", "repo/inc", one)},
		{name: "include from command", env: map[string]string{"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "include.path", "GIT_CONFIG_VALUE_0": "$ROOT/inc"}, files: map[string]string{"inc": one}},
		{name: "relative include from command", env: map[string]string{"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "include.path", "GIT_CONFIG_VALUE_0": "inc"}, files: map[string]string{"repo/inc": one}},
	}
}

func conditionCases() []configCase {
	user, local, cond, one := userFile, localFile, conditionFiles, oneSetting
	return []configCase{
		{name: "gitdir absolute", files: cond("gitdir:$ROOT/repo/.git")},
		{name: "gitdir directory", files: cond("gitdir:$ROOT/")},
		{name: "gitdir directory, no slash", files: cond("gitdir:$ROOT")},
		{name: "gitdir short", files: cond("gitdir:repo/")},
		{name: "gitdir short, upper", files: cond("gitdir:REPO/")},
		{name: "gitdir/i", files: cond("gitdir/i:REPO/")},
		{name: "gitdir star", files: cond("gitdir:r*o/.git")},
		{name: "gitdir star does not cross", files: cond("gitdir:$ROOT/*")},
		{name: "gitdir starstar", files: cond("gitdir:$ROOT/**")},
		{name: "gitdir home", files: cond("gitdir:~/")},
		{name: "gitdir home above", files: cond("gitdir:~/../repo/.git")},
		{name: "gitdir dot, user", files: cond("gitdir:./")},
		{name: "gitdir dot, local", files: local("[includeIf \"gitdir:./\"]\npath=inc\n[includeIf \"gitdir:./.git\"]\npath=inc\n", "repo/.git/inc", one)},
		{name: "gitdir dot, beside", files: map[string]string{"home/.gitconfig": "[include]\npath=$ROOT/top\n", "top": "[includeIf \"gitdir:./repo/\"]\npath=inc\n[includeIf \"gitdir/i:./REPO/\"]\npath=inc\n", "inc": one}},
		{name: "gitdir dot, all below", files: map[string]string{"home/.gitconfig": "[include]\npath=$ROOT/top\n", "top": "[includeIf \"gitdir:./\"]\npath=inc\n", "inc": one}},
		{name: "gitdir/i dot, all below", files: map[string]string{"home/.gitconfig": "[include]\npath=$ROOT/top\n", "top": "[includeIf \"gitdir/i:./\"]\npath=inc\n[includeIf \"gitdir:./**\"]\npath=inc\n[includeIf \"gitdir:.//\"]\npath=inc\n[includeIf \"gitdir:.\"]\npath=inc\n[includeIf \"gitdir:\"]\npath=inc\n", "inc": one}},
		{name: "gitdir dot, command", files: map[string]string{"inc": one}, env: map[string]string{"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "includeIf.gitdir:./.path", "GIT_CONFIG_VALUE_0": "$ROOT/inc"}, minor: 50},
		{name: "gitdir of unknown user", files: cond("gitdir:~nobody-of-that-name/")},
		{name: "gitdir of unknown user, literally", files: merge(cond("gitdir:~nobody-of-that-name/"), linked(plainCore, nil), bareAt("~nobody-of-that-name/.git", "")), dir: "~nobody-of-that-name"},
		{name: "gitdir of home with dots", files: merge(bareAt("home2/r/.git", ""), map[string]string{"system": "[includeIf \"gitdir:~/\"]\npath=$ROOT/inc\n[includeIf \"gitdir:~\"]\npath=$ROOT/inc\n", "inc": one}), env: map[string]string{"HOME": "$ROOT/home2/../home2"}, dir: "home2/r"},
		{name: "gitdir of no home", files: map[string]string{"system": "[includeIf \"gitdir:~/\"]\npath=$ROOT/inc\n", "inc": one}, env: map[string]string{"HOME": "UNSET"}},
		{name: "gitdir, command", files: map[string]string{"inc": one}, env: map[string]string{"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "includeIf.gitdir:repo/.path", "GIT_CONFIG_VALUE_0": "$ROOT/inc"}},
		{name: "gitdir outside", files: cond("gitdir:**"), dir: "home"},
		{name: "condition unknown", files: cond("weather:rain")},
		{name: "condition case", files: cond("GITDIR:repo/")},
		{name: "condition empty", files: cond("")},
		{name: "condition not path", files: user("[includeIf \"gitdir:repo/\"]\nother = inc\n", "home/inc", one)},
		{name: "onbranch", files: cond("onbranch:main")},
		{name: "onbranch other", files: cond("onbranch:master")},
		{name: "onbranch star", files: cond("onbranch:m*n")},
		{name: "onbranch deep", files: merge(cond("onbranch:rel/"), map[string]string{"repo/.git/HEAD": "ref: refs/heads/rel/1/x\n"})},
		{name: "onbranch star is shallow", files: merge(cond("onbranch:rel/*"), map[string]string{"repo/.git/HEAD": "ref: refs/heads/rel/1/x\n"})},
		{name: "onbranch detached", files: merge(cond("onbranch:**"), map[string]string{"repo/.git/HEAD": strings.Repeat("a", 40) + "\n"})},
		{name: "onbranch tag ref", files: merge(cond("onbranch:**"), map[string]string{"repo/.git/HEAD": "ref: refs/tags/x\n"})},
		{name: "onbranch through symbolic ref", files: merge(cond("onbranch:target"), map[string]string{"repo/.git/refs/heads/main": "ref: refs/heads/target\n"})},
		{name: "onbranch outside", files: cond("onbranch:**"), dir: "home"},
		{name: "hasconfig", files: local("[remote \"o\"]\nurl = https://example.com/a/b\n[includeIf \"hasconfig:remote.*.url:https://example.com/**\"]\npath=inc\n", "repo/.git/inc", one)},
		{name: "hasconfig before the remote", files: merge(cond("hasconfig:remote.*.url:https://example.com/"), local("[remote \"o\"]\nurl = https://example.com/a/b\n"))},
		{name: "hasconfig no", files: merge(cond("hasconfig:remote.*.url:https://example.com/*"), local("[remote \"o\"]\nurl = https://example.com/a/b\n"))},
		{name: "hasconfig other kind", files: merge(cond("hasconfig:remote.*.pushurl:**"), local("[remote \"o\"]\nurl = x\npushurl=x\n"))},
		{name: "hasconfig setting a url", files: local("[remote \"o\"]\nurl = x\n[includeIf \"hasconfig:remote.*.url:x\"]\npath=inc\n", "repo/.git/inc", "[remote \"p\"]\nurl=y\n")},
		{name: "hasconfig setting a url, no match", files: local("[remote \"o\"]\nurl = x\n[includeIf \"hasconfig:remote.*.url:z\"]\npath=inc\n", "repo/.git/inc", "[remote \"p\"]\nurl=y\n")},
		{name: "hasconfig and gitdir setting a url", files: local("[includeIf \"gitdir:repo/\"]\npath=url\n[includeIf \"hasconfig:remote.*.url:y\"]\npath=inc\n", "repo/.git/inc", one, "repo/.git/url", "[remote \"p\"]\nurl=y\n")},
		{name: "hasconfig and plain include setting a url", files: local("[include]\npath=url\n[includeIf \"hasconfig:remote.*.url:y\"]\npath=inc\n", "repo/.git/inc", one+"[include]\npath=inc2\n", "repo/.git/inc2", one, "repo/.git/url", "[remote \"p\"]\nurl=y\n")},
		{name: "hasconfig nested setting a url", files: local("[remote \"o\"]\nurl = x\n[includeIf \"hasconfig:remote.*.url:x\"]\npath=inc\n", "repo/.git/inc", "[include]\npath=url\n", "repo/.git/url", "[remote \"p\"]\nurl=y\n")},
		{name: "hasconfig outside", files: merge(cond("hasconfig:remote.*.url:u"), map[string]string{"system": "[remote \"s\"]\nurl=u\n"}), dir: "home"},
	}
}

func scopeCases() []configCase {
	params := parameterVariables
	all := map[string]string{"system": "[s]\na=1\n", "home/.gitconfig": "[s]\na=3\n", "home/.config/git/config": "[s]\na=2\n", "repo/.git/config": plainCore + "[s]\na=4\n", "xdg/git/config": "[s]\na=xdg\n", "mine": "[s]\na=mine\n"}
	return []configCase{
		{name: "all scopes", files: all, env: params("'s.a=5'")},
		{name: "below the top", files: merge(all, map[string]string{"repo/a/b/x": ""}), dir: "repo/a/b"},
		{name: "outside", files: all, dir: "home"},
		{name: "no system", files: all, env: map[string]string{"GIT_CONFIG_NOSYSTEM": "yes"}},
		{name: "no system, empty", files: all, env: map[string]string{"GIT_CONFIG_NOSYSTEM": ""}},
		{name: "no system, bad", files: all, env: map[string]string{"GIT_CONFIG_NOSYSTEM": "maybe"}},
		{name: "xdg", files: all, env: map[string]string{"XDG_CONFIG_HOME": "$ROOT/xdg"}},
		{name: "xdg empty", files: all, env: map[string]string{"XDG_CONFIG_HOME": ""}},
		{name: "no home", files: all, env: map[string]string{"HOME": "UNSET"}},
		{name: "no home, xdg", files: all, env: map[string]string{"HOME": "UNSET", "XDG_CONFIG_HOME": "$ROOT/xdg"}},
		{name: "home empty", files: all, env: map[string]string{"HOME": ""}},
		{name: "global", files: all, env: map[string]string{"GIT_CONFIG_GLOBAL": "$ROOT/mine"}},
		{name: "global empty", files: all, env: map[string]string{"GIT_CONFIG_GLOBAL": ""}},
		{name: "global /dev/null", files: all, env: map[string]string{"GIT_CONFIG_GLOBAL": "/dev/null"}},
		{name: "global tilde", files: all, env: map[string]string{"GIT_CONFIG_GLOBAL": "~/.gitconfig"}},
		{name: "system missing", files: map[string]string{}},
		{name: "system empty", files: all, env: map[string]string{"GIT_CONFIG_SYSTEM": ""}},
		{name: "system with dots", files: all, env: map[string]string{"GIT_CONFIG_SYSTEM": "$ROOT/home/../system"}},
		{name: "global is a directory", files: map[string]string{"home/.gitconfig/x": ""}},
		{name: "xdg below a file", files: map[string]string{"home/.config": ""}},
		{name: "bad local", files: map[string]string{"repo/.git/config": plainCore + "[x\n"}},
		{name: "worktree config", files: map[string]string{"repo/.git/config": plainCore + "[extensions]\nworktreeConfig=true\n[s]\na=4\n", "repo/.git/config.worktree": "[s]\na=5\n[include]\npath=inc\n", "repo/.git/inc": "[i]\nj\n"}, env: params("'s.a=6'")},
		{name: "worktree config off", files: map[string]string{"repo/.git/config": plainCore + "[extensions]\nworktreeConfig=false\n", "repo/.git/config.worktree": "[s]\na=5\n"}},
		{name: "worktree config by include", files: map[string]string{"repo/.git/config": plainCore + "[include]\npath=inc\n", "repo/.git/inc": "[extensions]\nworktreeConfig=true\n", "repo/.git/config.worktree": "[s]\na=5\n"}},
		{name: "worktree config missing", files: map[string]string{"repo/.git/config": plainCore + "[extensions]\nworktreeConfig\n"}},
		{name: "linked worktree", files: linked(plainCore+"[extensions]\nworktreeConfig=true\n[s]\na=4\n", map[string]string{"repo/.git/worktrees/w/config.worktree": "[s]\na=w\n", "repo/.git/config.worktree": "[s]\na=main\n", "home/.gitconfig": "[includeIf \"onbranch:side\"]\npath=inc\n[includeIf \"gitdir:**/worktrees/*\"]\npath=inc\n", "home/inc": "[on]\nside=1\n"}), dir: "w"},
		{name: "linked worktree, no extension", files: linked(plainCore, map[string]string{"repo/.git/worktrees/w/config.worktree": "[s]\na=w\n"}), dir: "w"},
		{name: "linked worktree has config", files: linked(plainCore, map[string]string{"repo/.git/worktrees/w/config": "[s]\na=w\n"}), dir: "w"},
		{name: "GIT_DIR", env: map[string]string{"GIT_DIR": "$ROOT/repo/.git"}, files: all, dir: "home"},
		{name: "GIT_COMMON_DIR", env: map[string]string{"GIT_COMMON_DIR": "$ROOT/other"}, files: merge(all, map[string]string{"other/config": plainCore + "[o]\nther=1\n", "other/objects/x": "", "other/refs/x": ""})},
	}
}

func parameterVariables(s string) map[string]string {
	return map[string]string{"GIT_CONFIG_PARAMETERS": s}
}

func countVariables(pairs ...string) map[string]string {
	env := map[string]string{"GIT_CONFIG_COUNT": fmt.Sprint(len(pairs) / 2)}
	for i := 0; i < len(pairs); i += 2 {
		env[fmt.Sprintf("GIT_CONFIG_KEY_%d", i/2)], env[fmt.Sprintf("GIT_CONFIG_VALUE_%d", i/2)] = pairs[i], pairs[i+1]
	}
	return env
}

func commandCases() []configCase {
	count, params := countVariables, parameterVariables
	return []configCase{
		{name: "count", env: count("a.b", "1", "A.x.B", "", "c.d", "x=y")},
		{name: "count zero", env: count()},
		{name: "count empty", env: map[string]string{"GIT_CONFIG_COUNT": ""}},
		{name: "count bad", env: map[string]string{"GIT_CONFIG_COUNT": "x"}},
		{name: "count junk", env: map[string]string{"GIT_CONFIG_COUNT": "1x", "GIT_CONFIG_KEY_0": "a.b", "GIT_CONFIG_VALUE_0": ""}},
		{name: "count negative", env: map[string]string{"GIT_CONFIG_COUNT": "-1"}},
		{name: "count huge", env: map[string]string{"GIT_CONFIG_COUNT": "99999999999"}},
		{name: "count space", env: map[string]string{"GIT_CONFIG_COUNT": " 1", "GIT_CONFIG_KEY_0": "a.b", "GIT_CONFIG_VALUE_0": ""}},
		{name: "count plus", env: map[string]string{"GIT_CONFIG_COUNT": "+1", "GIT_CONFIG_KEY_0": "a.b", "GIT_CONFIG_VALUE_0": ""}},
		{name: "count no key", env: map[string]string{"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_VALUE_0": "x"}},
		{name: "count no value", env: map[string]string{"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "a.b"}},
		{name: "count without dot", env: count("ab", "1")},
		{name: "count bad key", env: count("a.b_c", "1")},
		{name: "count bad section", env: count("a_b.c", "1")},
		{name: "count odd subsection", env: count("a.b c_%.D", "1")},
		{name: "count empty key", env: count("", "1")},
		{name: "count no name", env: count("a.", "1")},
		{name: "count no section", env: count(".a", "1")},
		{name: "count key starts with digit", env: count("a.1b", "1")},
		{name: "count line feed in subsection", env: count("a.x\ny.b", "1")},
		{name: "parameters old", env: params("'a.b=1' 'c.d=' 'e.f'")},
		{name: "parameters new", env: params("'a.b'='1' 'c.d'='' 'e.f'=")},
		{name: "parameters mixed", env: params("  'a.b'='1'   'A.C=x=y' ")},
		{name: "parameters quote", env: params(`'a.b'='it'\''s' 'c.d=no'\!'w'`)},
		{name: "parameters dots and equals", env: params(`'a.x=y.z'='1'`)},
		{name: "parameters old with equals", env: params(`'a.x=y.z=1'`)},
		{name: "parameters unquoted", env: params("a.b=1")},
		{name: "parameters open", env: params("'a.b=1")},
		{name: "parameters joined", env: params("'a.b=1''c.d=2'")},
		{name: "parameters empty", env: params("''")},
		{name: "parameters no key", env: params("'=x'")},
		{name: "parameters spaces in key", env: params("' a.b =x'"), minor: 50},
		{name: "parameters new, spaces in key", env: params("' a.b '='x'")},
		{name: "parameters bad key", env: params("'ab=x'")},
		{name: "parameters tab", env: params("'a.b=1'\t'c.d=2'")},
		{name: "parameters backslash", env: params(`'a.b=1'\x'c'`)},
		{name: "parameters before blank", env: params("'a.b=1' ")},
		{name: "parameters after blank", env: params(" 'a.b=1'")},
		{name: "parameters apart", env: params("'a.b'='1'  'a.c=1'")},
		{name: "parameters form feed", env: params("'a.b'='1'\f'a.c=1'")},
		{name: "parameters blank", env: params(" ")},
		{name: "parameters after count", env: merge(params("'a.b=2'"), count("a.b", "1"))},
	}
}

func merge(maps ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range maps {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

// linked is a repository with the work tree w, on branch side.
func linked(config string, more map[string]string) map[string]string {
	return merge(map[string]string{
		"repo/.git/config": config, "w/.git": "gitdir: $ROOT/repo/.git/worktrees/w\n", "repo/.git/worktrees/w/HEAD": "ref: refs/heads/side\n",
		"repo/.git/worktrees/w/commondir": "../..\n", "repo/.git/worktrees/w/gitdir": "$ROOT/w/.git\n",
	}, more)
}

var badLine = regexp.MustCompile(`bad config line (\d+) in file (\S+)`)

// judge compares Load with git's list; where git stops Load has to stop, at the same line.
func judge(t *testing.T, c configCase) {
	t.Helper()
	t.Parallel()
	needGit(t, c.minor)
	w := newWorld(t, c.files, c.env)
	dir := c.dir
	if dir == "" {
		dir = "repo"
	}
	out, stderr, ok := w.git(dir, "config", "--list", "-z", "--show-scope", "--show-origin")
	got, err := w.load(dir)
	if !ok {
		if err == nil {
			t.Fatalf("git fails, Load does not: %s", stderr)
		}
		if m := badLine.FindStringSubmatch(stderr); m != nil {
			if !strings.Contains(err.Error(), filepath.Base(m[2])+":"+m[1]+":") {
				t.Errorf("git: %sLoad: %v", stderr, err)
			}
		}
		return
	}
	if err != nil {
		t.Fatalf("git reads it, Load says: %v", err)
	}
	if diff := cmp.Diff(gitEntries(w, out), ourEntries(got)); diff != "" {
		t.Errorf("-git +Load\n%s", diff)
	}
}

// gitEntries turns git's list into lines; files are relative to the top of repo or absolute.
func gitEntries(w *world, out string) []string {
	fields := strings.Split(out, "\x00")
	var lines []string
	for i := 0; i+2 < len(fields); i += 3 {
		origin := fields[i+1]
		if file, ok := strings.CutPrefix(origin, "file:"); ok {
			if !filepath.IsAbs(file) {
				file = filepath.Join(w.root, "repo", file)
			}
			origin = filepath.Clean(file)
		}
		lines = append(lines, fmt.Sprintf("%s %s %q", fields[i], origin, fields[i+2]))
	}
	return lines
}

func ourEntries(c *Config) []string {
	var lines []string
	for _, e := range c.Entries() {
		text, origin := e.Key, "command line:"
		if !e.Bare {
			text += "\n" + e.Value
		}
		if e.Origin.File != "" {
			origin = filepath.Clean(e.Origin.File)
		}
		lines = append(lines, fmt.Sprintf("%s %s %q", e.Scope, origin, text))
	}
	return lines
}

func TestLoadIncludesAsGit(t *testing.T) {
	for _, c := range append(includeCases(), conditionCases()...) {
		t.Run(c.name, func(t *testing.T) { judge(t, c) })
	}
}

func TestLoadScopesAsGit(t *testing.T) {
	for _, c := range append(scopeCases(), commandCases()...) {
		t.Run(c.name, func(t *testing.T) { judge(t, c) })
	}
}
