package main

import "strings"

// settingStates are settings one by one, of the repository and of the user in turn.
func settingStates() []state {
	settings := strings.Fields(`
		merge.renames=false merge.renames=true merge.renames=copies merge.renameLimit=1 merge.renameLimit=0 merge.renameLimit=100000
		merge.directoryRenames=true merge.directoryRenames=false merge.directoryRenames=conflict
		merge.conflictStyle=diff3 merge.conflictStyle=zdiff3 merge.conflictStyle=merge merge.default=union merge.default=binary merge.default=text
		merge.default=nobody merge.renormalize=true merge.renormalize=false merge.verbosity=5 merge.stat=false merge.log=true merge.ff=only
		merge.foo.driver=true merge.foo.name=x merge.other.driver=true merge.union.driver=true merge.text.driver=true merge.binary.driver=true merge.foo.recursive=binary
		merge.autoStash=true merge.tool=x merge.suppressDest=main merge.verifySignatures=true merge.branchdesc=true
		diff.renames=false diff.renames=copies diff.renames=true diff.renameLimit=1 diff.algorithm=myers diff.algorithm=minimal diff.algorithm=patience
		diff.algorithm=histogram diff.indentHeuristic=false diff.foo.binary=true diff.foo.binary=false diff.foo.textconv=cat diff.foo.xfuncname=x diff.foo.algorithm=myers
		diff.foo.command=true diff.external=true diff.noprefix=true diff.mnemonicPrefix=true diff.context=0 diff.interHunkContext=9 diff.ignoreSubmodules=all
		diff.wsErrorHighlight=all diff.colorMoved=zebra diff.orderFile=/dev/null diff.suppressBlankEmpty=true diff.autoRefreshIndex=false diff.relative=true
		core.abbrev=4 core.abbrev=12 core.abbrev=40 core.abbrev=no core.abbrev=auto core.autocrlf=false core.eol=lf core.safecrlf=warn
		core.ignoreCase=true core.fileMode=false core.symlinks=false core.quotePath=false core.precomposeUnicode=false core.protectNTFS=true core.protectHFS=true
		core.trustctime=false core.checkStat=minimal core.untrackedCache=true core.fsmonitor=false core.commentChar=; core.commentChar=auto core.commentString=//
		core.whitespace=cr-at-eol core.bigFileThreshold=1 core.bigFileThreshold=64 core.bigFileThreshold=512m core.commitGraph=false core.multiPackIndex=false core.preloadIndex=false
		core.packedGitWindowSize=4096 core.deltaBaseCacheLimit=1 core.compression=0 core.looseCompression=9 core.sharedRepository=group core.logAllRefUpdates=false
		core.warnAmbiguousRefs=false core.maxTreeDepth=64 core.useReplaceRefs=false core.splitIndex=true core.sparseCheckoutCone=true core.hooksPath=/nonexistent core.pager=cat
		i18n.commitEncoding=iso-8859-1 i18n.commitEncoding=UTF-8 i18n.logOutputEncoding=iso-8859-1 commit.cleanup=strip commit.cleanup=verbatim
		commit.cleanup=scissors commit.cleanup=whitespace commit.cleanup=default commit.template=/dev/null commit.status=false commit.verbose=2
		trailer.separators== trailer.separators=: trailer.any.key=mykey trailer.where=start trailer.ifexists=replace trailer.ifmissing=doNothing trailer.x.command=true
		format.signOff=true rerere.enabled=true rerere.autoUpdate=true submodule.recurse=true status.renames=false status.renameLimit=1 apply.whitespace=fix
		apply.ignoreWhitespace=change index.version=4 index.sparse=true index.threads=1 index.skipHash=true feature.manyFiles=true feature.experimental=true
		pack.useSparse=false pack.threads=1 pack.readReverseIndex=false gc.auto=1 color.ui=always column.ui=always log.showSignature=false log.mailmap=false
		advice.mergeConflict=false advice.skippedCherryPicks=false blame.ignoreRevsFile= notes.rewriteRef=refs/notes/* user.useConfigOnly=true interactive.singleKey=true
		core.attributesFile=/nonexistent attr.tree=base attr.tree=onto attr.tree=nothing extensions.worktreeConfig=true transfer.fsckObjects=true fsck.badTimezone=error
	`)
	var out []state
	for i, setting := range settings {
		s := state{group: "settings of the user", name: setting, user: []string{setting}}
		if i%2 == 0 {
			s = state{group: "settings of the repository", name: setting, local: []string{setting}}
		}
		out = append(out, s)
	}
	return out
}

// variableStates are variables of the process.
func variableStates() []state {
	var out []state
	for _, kv := range strings.Fields(`
		GIT_ATTR_SOURCE=base GIT_ATTR_SOURCE=onto GIT_ATTR_NOSYSTEM=0 GIT_MERGE_VERBOSITY=5 GIT_DIFF_OPTS=-u0 GIT_EXTERNAL_DIFF=true GIT_OPTIONAL_LOCKS=0
		GIT_LITERAL_PATHSPECS=0 GIT_CHERRY_PICK_HELP=x GIT_REFLOG_ACTION=x GIT_ADVICE=0 GIT_NO_REPLACE_OBJECTS=1 GIT_DEFAULT_HASH=sha256 GIT_CEILING_DIRECTORIES=/tmp
		GIT_DISCOVERY_ACROSS_FILESYSTEM=1 GIT_ICASE_PATHSPECS=1 GIT_INDEX_VERSION=4 GIT_PAGER=cat LC_ALL=de_DE.UTF-8 LANG=ja_JP.eucJP TZ=Asia/Tokyo GIT_DIR=%/.git
		GIT_COMMON_DIR=%/.git GIT_OBJECT_DIRECTORY=%/.git/objects GIT_NO_LAZY_FETCH=1 GIT_ALTERNATE_OBJECT_DIRECTORIES=/nonexistent
	`) {
		out = append(out, state{group: "variables", name: kv, env: []string{kv}})
	}
	for _, kv := range strings.Fields("merge.renames=false merge.default=union diff.algorithm=myers core.abbrev=9 merge.conflictStyle=diff3 merge.foo.driver=true") {
		k, v, _ := strings.Cut(kv, "=")
		out = append(out, state{group: "variables", name: "GIT_CONFIG_COUNT " + kv, env: []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=" + k, "GIT_CONFIG_VALUE_0=" + v}})
	}
	return out
}

// attributeStates are files of attributes beside those of the trees.
func attributeStates() []state {
	var out []state
	for _, where := range []struct {
		name, file string
		user       []string
		env        []string
	}{
		{"$GIT_DIR/info/attributes", "repo/.git/info/attributes", nil, nil},
		{"~/.config/git/attributes", ".config/git/attributes", nil, nil},
		{"$XDG_CONFIG_HOME/git/attributes", "xdg/git/attributes", nil, []string{"XDG_CONFIG_HOME=~/xdg"}},
		{"core.attributesFile", "my attributes", []string{"core.attributesFile=~/my attributes"}, nil},
	} {
		for _, rule := range []string{
			"text merge=union", "text -merge", "text binary", "text conflict-marker-size=11", "drv merge=nobody", "drv !merge", "renamed -diff\nnamed -diff", "renamed diff\nnamed diff",
			"[attr]mine merge=union\ntext mine", "* merge=text", "other merge=union", "# text merge=union", "* whitespace=fix", "*.txt filter=x", "text merge", "",
		} {
			out = append(out, state{group: "attributes of the machine", name: where.name + ": " + strings.ReplaceAll(rule, "\n", ", "),
				user: where.user, env: where.env, files: map[string]string{where.file: rule + "\n"}})
		}
	}
	return out
}
