package gitconfig

import "path/filepath"

// AttributeFiles are the files of attributes that stand outside the trees, "" where git reads none.
// They need not exist. git's order of precedence is Info, then the .gitattributes files of the
// tree, then User, then System.
type AttributeFiles struct {
	System string // /etc/gitattributes, unless GIT_ATTR_NOSYSTEM or GIT_ATTR_SYSTEM says otherwise
	User   string // core.attributesFile, else git/attributes below XDG_CONFIG_HOME or ~/.config
	Info   string // info/attributes of the common directory
}

// AttributeFiles returns the paths for the repository c was loaded for. It fails with *ValueError.
func (c *Config) AttributeFiles(env Environment) (AttributeFiles, error) {
	var files AttributeFiles
	noSystem, err := env.boolean("GIT_ATTR_NOSYSTEM", false)
	if err != nil {
		return files, err
	}
	if !noSystem {
		if files.System = env.SystemAttributes; files.System == "" {
			files.System = "/etc/gitattributes"
		}
	}
	user, set, err := c.Path("core.attributesFile")
	if err != nil {
		return files, err
	}
	if !set {
		if user = env.xdgConfig(); user != "" {
			user = filepath.Join(user, "attributes")
		}
	}
	files.User = env.abs(user)
	if c.layout.CommonDir != "" {
		files.Info = filepath.Join(c.layout.CommonDir, "info", "attributes")
	}
	return files, nil
}
