package publisher

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"

	"github.com/kzocds/kzocds/platform/fault"
)

// signer signs manifests with the key of the deployment. A signature is the 64
// bytes of Ed25519 over the bytes of the manifest, as openssl pkeyutl reads them.
type signer struct {
	key    ed25519.PrivateKey
	public []byte // PEM
}

// newSigner reads a key: PEM with a PKCS #8 private key, a seed in hexadecimal
// digits, or 32 such digits whose SHA-256 is the seed. Without one it is nil.
func newSigner(text string) (*signer, error) {
	if text == "" {
		return nil, nil
	}
	wrong := fault.New(fault.Invalid, "the signing key is no Ed25519 key").At("signingKey").
		Do("make one: openssl genpkey -algorithm ed25519")
	var key ed25519.PrivateKey
	if block, _ := pem.Decode([]byte(text)); block != nil {
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, wrong
		}
		ok := false
		if key, ok = parsed.(ed25519.PrivateKey); !ok {
			return nil, wrong
		}
	} else {
		seed, err := hex.DecodeString(text)
		switch {
		case err == nil && len(seed) == ed25519.SeedSize:
		case err == nil && len(seed) == ed25519.SeedSize/2:
			sum := sha256.Sum256([]byte("kzocds signing key " + text))
			seed = sum[:]
		default:
			return nil, wrong
		}
		key = ed25519.NewKeyFromSeed(seed)
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	return &signer{key, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})}, nil
}

// Sign signs a manifest.
func (s *signer) Sign(manifest []byte) []byte { return ed25519.Sign(s.key, manifest) }

// PublicPEM is the public key as openssl reads it.
func (s *signer) PublicPEM() []byte { return s.public }

// Key is where the public key lies: under its digest, so that the keys of
// earlier deployments stay.
func (s *signer) Key() string {
	sum := sha256.Sum256(s.public)
	return "keys/" + hex.EncodeToString(sum[:8]) + ".pem"
}
