package config

import (
	"fmt"
	"strings"
)

// Reference is the table of the settings of a service in Markdown: key (which
// is also the flag), environment, default, meaning.
func Reference[C any](name string, def C) (string, error) {
	keys, err := keysOf(name, &def)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("| key | flag | environment | default | meaning |\n|---|---|---|---|---|\n")
	for _, k := range keys {
		flag, env := "`-"+k.path+"`", "`"+k.env+"`"
		if k.secret() {
			flag, env = "none, it is a secret", env+" or `"+k.env+"_FILE`"
		}
		def := k.show()
		if def != "" {
			def = "`" + def + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", k.path, flag, env, def, strings.ReplaceAll(k.doc, "|", `\|`))
	}
	return b.String(), nil
}

// usage is what -help prints.
func usage(name string, keys []*key) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s [-config FILE] [-config.verify] [-prepare] [-version] [-key=value ...]\n\n", name)
	b.WriteString("-prepare brings schema, streams and bucket to what this version needs, and ends; every start does so too.\n\n")
	fmt.Fprintf(&b, "A setting comes from its default, the file, the environment, the flag; the last one given counts.\n\n")
	for _, k := range keys {
		name, value := "-"+k.path, k.show()
		if k.secret() {
			name = "(secret, not a flag)"
		}
		fmt.Fprintf(&b, "  %s\n        %s\n        environment %s", name, k.doc, k.env)
		if k.secret() {
			fmt.Fprintf(&b, " or %s_FILE", k.env)
		}
		if value != "" {
			fmt.Fprintf(&b, ", default %s", value)
		}
		b.WriteString("\n")
	}
	return b.String()
}
