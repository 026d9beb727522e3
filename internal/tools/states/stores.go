package main

// storeStates are ways to store objects and refs, and to share them.
func storeStates() []state {
	const clone = "clone -q --no-hardlinks SOURCE repo\n"
	var out []state
	for _, s := range []struct{ name, make, dir string }{
		{"alternates", "clone -q --shared SOURCE repo", ""},
		{"alternates of alternates", "clone -q --shared SOURCE a\nclone -q --shared a b\nclone -q --shared b repo", ""},
		{"a reference", "clone -q --reference SOURCE SOURCE repo", ""},
		{"a reference, dissociated", "clone -q --reference SOURCE --dissociate SOURCE repo", ""},
		{"hard links", "clone -q SOURCE repo", ""},
		{"a mirror with a work tree", "clone -q --mirror SOURCE bare\n-C bare worktree add -q ROOT/repo main", ""},
		{"a linked work tree", clone + "-C repo worktree add -q -b side ROOT/side onto", "side"},
		{"a linked work tree by relative paths", clone + "-C repo config worktree.useRelativePaths true\n-C repo worktree add -q -b side ROOT/side onto", "side"},
		{"a separate git directory", "clone -q --separate-git-dir=ROOT/apart SOURCE repo", ""},
		{"a sparse checkout by cones", clone + "-C repo sparse-checkout set --cone moved", ""},
		{"a sparse checkout by patterns", clone + "-C repo sparse-checkout set --no-cone /moved/", ""},
		{"a sparse index", clone + "-C repo sparse-checkout set --cone --sparse-index moved", ""},
		{"a partial clone without blobs", "-C SOURCE config uploadpack.allowFilter true\n-C SOURCE config uploadpack.allowAnySHA1InWant true\nclone -q --filter=blob:none file://SOURCE repo", ""},
		{"a partial clone without trees", "clone -q --filter=tree:0 file://SOURCE repo", ""},
		{"a partial clone by size", "clone -q --filter=blob:limit=40 file://SOURCE repo", ""},
		{"a partial clone, all fetched", "clone -q --filter=blob:none file://SOURCE repo\n-C repo log --all -p --output=/dev/null\n-C repo fetch -q --refetch --no-filter origin", ""},
		{"a shallow clone of depth 1", "clone -q --depth 1 --no-single-branch file://SOURCE repo", ""},
		{"a shallow clone of depth 2", "clone -q --depth 2 --no-single-branch file://SOURCE repo", ""},
		{"a shallow clone, deepened", "clone -q --depth 1 --no-single-branch file://SOURCE repo\n-C repo fetch -q --unshallow --tags origin", ""},
		{"a shallow clone by date", "clone -q --shallow-since=2020-01-01 --no-single-branch file://SOURCE repo", ""},
		{"a shallow clone without a commit", "clone -q --shallow-exclude=base --no-single-branch file://SOURCE repo", ""},
		{"a bundle of all refs", "-C SOURCE bundle create -q ROOT/all.bundle --all\nclone -q -b main all.bundle repo", ""},
		{"a bundle fetched into another", "-C SOURCE bundle create -q ROOT/a.bundle base\n-C SOURCE bundle create -q ROOT/b.bundle --all ^base\ninit -q -b main repo\n-C repo fetch -q ROOT/a.bundle refs/tags/*:refs/tags/*\n-C repo fetch -q ROOT/b.bundle refs/tags/*:refs/tags/*\n-C repo reset -q --hard onto", ""},
		{"one pack", clone + "-C repo repack -q -a -d", ""},
		{"one pack without deltas", clone + "-C repo repack -q -a -d -F --depth=0 --window=0", ""},
		{"one pack of deep deltas", clone + "-C repo repack -q -a -d -F --depth=250 --window=250", ""},
		{"a pack with an index of version 1", clone + "-C repo -c pack.indexVersion=1 repack -q -a -d -F", ""},
		{"a pack without a reverse index", clone + "-C repo -c pack.writeReverseIndex=false repack -q -a -d -F", ""},
		{"a pack with a bitmap", clone + "-C repo repack -q -a -d -b", ""},
		{"packs of limited size", clone + "-C repo -c pack.packSizeLimit=1m repack -q -a -d -F", ""},
		{"geometric packs", clone + "-C repo repack -q --geometric=2 -d", ""},
		{"a pack that is kept", clone + "-C repo repack -q -a -d --keep-unreachable", ""},
		{"a cruft pack", clone + "-C repo reset -q --hard base\n-C repo tag -d onto\n-C repo repack -q --cruft -d\n-C repo update-ref refs/tags/onto origin/main\n-C repo reset -q --hard onto", ""},
		{"objects in a cruft pack alone", clone + "-C repo remote remove origin\n-C repo tag -d everything\n-C repo reflog expire --expire=now --all\n-C repo repack -q --cruft -d\n-C repo fetch -q SOURCE refs/tags/*:refs/tags/*", ""},
		{"loose objects", "-c fetch.unpackLimit=100000 clone -q --no-local SOURCE repo\n-C repo -c fetch.unpackLimit=100000 fetch -q origin", ""},
		{"uncompressed loose objects", "init -q -b main repo\n-C repo config core.compression 0\n-C repo -c fetch.unpackLimit=100000 fetch -q SOURCE refs/tags/*:refs/tags/*\n-C repo reset -q --hard onto", ""},
		{"garbage collected", clone + "-C repo gc -q --prune=now", ""},
		{"a multi-pack-index", clone + "-C repo repack -q -d\n-C repo multi-pack-index write --no-progress", ""},
		{"a multi-pack-index with a bitmap", clone + "-C repo repack -q -a -d\n-C repo multi-pack-index write --bitmap --no-progress", ""},
		{"a multi-pack-index with a preferred pack", clone + "-C repo repack -q -a -d --write-midx", ""},
		{"a chain of multi-pack-indexes", clone + "-C repo repack -q -a -d\n-C repo multi-pack-index write --incremental --no-progress", ""},
		{"a commit-graph", clone + "-C repo commit-graph write --reachable --no-progress", ""},
		{"a commit-graph with changed paths", clone + "-C repo commit-graph write --reachable --changed-paths --no-progress", ""},
		{"a commit-graph of generation 1", clone + "-C repo -c commitGraph.generationVersion=1 commit-graph write --reachable --no-progress", ""},
		{"a chain of commit-graphs", clone + "-C repo commit-graph write --split=no-merge --reachable --no-progress\n-C repo commit -q --allow-empty -m x\n-C repo commit-graph write --split=no-merge --reachable --no-progress\n-C repo reset -q --hard onto", ""},
		{"a stale commit-graph", clone + "-C repo commit -q --allow-empty -m x\n-C repo commit-graph write --reachable --no-progress\n-C repo reset -q --hard onto\n-C repo reflog expire --expire=now --all\n-C repo gc -q --prune=now", ""},
		{"packed refs", clone + "-C repo pack-refs --all", ""},
		{"packed refs without peeled tags", clone + "-C repo pack-refs --all --no-prune", ""},
		{"an index of version 4", clone + "-C repo update-index --index-version 4", ""},
		{"a split index", clone + "-C repo update-index --split-index", ""},
		{"notes and a stash", clone + "-C repo notes add -m n onto\n-C repo stash -q", ""},
		{"maintained", clone + "-C repo maintenance run --task=gc --task=commit-graph --task=incremental-repack --quiet", ""},
		{"a scalar-like clone", "clone -q --no-hardlinks --sparse SOURCE repo\n-C repo config core.multiPackIndex true\n-C repo config index.version 4", ""},
		{"a clone of one branch, the rest fetched", "clone -q --single-branch -b main SOURCE repo\n-C repo fetch -q origin refs/tags/*:refs/tags/*", ""},
	} {
		out = append(out, state{group: "stores", name: s.name, make: s.make, dir: s.dir})
	}
	out = append(out,
		state{group: "stores", name: "objects elsewhere by a variable", make: clone + "-C repo repack -q -a -d", env: []string{"GIT_ALTERNATE_OBJECT_DIRECTORIES=%/.git/objects"}},
		state{group: "stores", name: "a quoted alternate", make: "clone -q --shared SOURCE repo", files: map[string]string{"repo/.git/objects/info/alternates": "\"SOURCE/.git/objects\"\n"}})
	return out
}
