package gateway

import (
	"bytes"
	"embed"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// dist is the built front end. A fresh clone has only a marker file in it, so
// that the Go build works without Node; the placeholder page is served then.
//
//go:embed all:explorer/dist
var dist embed.FS

//go:embed placeholder.html
var placeholder []byte

// explorer gives the files of the front end and its page.
func explorer() (files fs.FS, page []byte, err error) {
	if files, err = fs.Sub(dist, "explorer/dist"); err != nil {
		return nil, nil, err
	}
	return files, pageOf(files), nil
}

func pageOf(files fs.FS) []byte {
	page, err := fs.ReadFile(files, "index.html")
	if err != nil {
		return placeholder
	}
	return page
}

// sendPage sends the page of the front end.
func sendPage(w http.ResponseWriter, r *http.Request, page []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(page))
}

// explorerOf serves the front end: files by name, the page for everything else,
// because the page's own router knows the rest of the addresses.
func explorerOf(files fs.FS) http.Handler {
	page := pageOf(files)
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if info, err := fs.Stat(files, name); err == nil && !info.IsDir() && name != "index.html" && !strings.HasPrefix(path.Base(name), ".") {
			if strings.HasPrefix(name, "assets/") {
				// The name holds a digest of the content.
				w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			}
			serve(w, r, files, name, server)
			return
		}
		if strings.HasPrefix(name, "assets/") {
			http.NotFound(w, r)
			return
		}
		sendPage(w, r, page)
	})
}

// serve gives a file, and the compressed one beside it to who understands it.
func serve(w http.ResponseWriter, r *http.Request, files fs.FS, name string, server http.Handler) {
	packed, err := fs.ReadFile(files, name+".br")
	if err != nil {
		server.ServeHTTP(w, r)
		return
	}
	w.Header().Add("Vary", "Accept-Encoding")
	if !accepts(r.Header.Get("Accept-Encoding"), "br") {
		server.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Encoding", "br")
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(packed))
}

// accepts tells whether a list of codings names one without refusing it.
func accepts(list, coding string) bool {
	for part := range strings.SplitSeq(list, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) {
			q, ok := strings.CutPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
			return !ok || strings.Trim(q, "0.") != ""
		}
	}
	return false
}
